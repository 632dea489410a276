from onggi.core.outs import *  # temporary
