"""HWP 5 and HWPX, the two formats of Hancom Office: one model, so that one document reads the same in both."""

from onggi.documents.hwp.reader import read, read5, readx

__all__ = ["read", "read5", "readx"]
