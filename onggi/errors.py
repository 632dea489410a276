from onggi.core.errors import *  # temporary
