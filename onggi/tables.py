from onggi.core.tables import *  # temporary
