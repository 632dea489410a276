from onggi.core.params import *  # temporary
