from onggi.core.schema import *  # temporary
