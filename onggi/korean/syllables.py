"""The syllables that Korean texts are made of."""

COMMON = "".join(bytes([row, cell]).decode("euc_kr") for row in range(0xB0, 0xC9) for cell in range(0xA1, 0xFF))
"""The 2,350 of KS X 1001, out of 11,172; the others stand in texts about sounds, and for glyphs of broken fonts."""
