from onggi.core.command import *  # temporary
