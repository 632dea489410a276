from stages import run
