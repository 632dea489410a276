"""Documents for distribution ("배포용 문서"), by Hancom's published specification, revision 1.2.

Their sections are encrypted with a key that the file itself holds, so that programs show them but do not edit them.
"""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from onggi.core.errors import DocumentError
from onggi.documents.hwp import records

_SIZE = 256
_BLOCK = 16


def decrypt(data: bytes, where: str) -> bytes:
    """Return a section as it was before encryption (AES-128 in ECB mode); it may still be deflated.

    Raises
    ------
    DocumentError
        The first record is not that of the key.
    """
    header = int.from_bytes(data[:4], "little")
    if len(data) < 4 + _SIZE or header & 0x3FF != records.DISTRIBUTE_DOC_DATA or header >> 20 != _SIZE:
        raise DocumentError(where, "is a broken distribution document (its key is missing)", "save it again")
    body = data[4 + _SIZE :]
    body = body[: len(body) // _BLOCK * _BLOCK]
    cipher = Cipher(algorithms.AES(_key(data[4 : 4 + _SIZE])), modes.ECB()).decryptor()
    return cipher.update(body) + cipher.finalize()


def _key(data: bytes) -> bytes:
    """Return the key that is hidden in the record: at an offset, below numbers of the C library's ``rand``."""
    state = int.from_bytes(data[:4], "little")
    offset = 4 + (state & 0xF)

    def rand() -> int:
        nonlocal state
        state = (state * 214013 + 2531011) & 0xFFFFFFFF
        return state >> 16 & 0x7FFF

    shown = bytearray()
    left = mask = 0
    for byte in data:
        if not left:
            mask, left = rand() & 0xFF, (rand() & 0xF) + 1
        shown.append(byte ^ mask)
        left -= 1
    return bytes(shown[offset : offset + _BLOCK])
