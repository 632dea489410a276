"""What the children of a sandbox do in tests."""

import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

from onggi.documents.memory import kept
from onggi.documents.reading import Limits, read_row

HELD: list[bytearray] = []


def echo(data: bytes, *words: str) -> bytes:
    """Give back what was given."""
    return b"|".join([data, *map(str.encode, words)])


def process(data: bytes) -> bytes:
    """Tell which child this is."""
    return str(os.getpid()).encode()


def keeping(data: bytes) -> bytes:
    """Keep as many megabytes as the data say, and tell which child this is."""
    HELD.append(bytearray(int(data) * 1_000_000))
    return process(data)


def loading(data: bytes) -> bytes:
    """Load so many megabytes for all later jobs at the first, and tell which child this is."""
    if not HELD:
        with kept():
            return keeping(data)
    return process(data)


def told(data: bytes, *_: object) -> bytes:
    """Do what the data say."""
    match data.decode().split():
        case ["spin"]:  # in native code that does not let go of the interpreter
            re.fullmatch(r"(a|a)*b", "a" * 200)
        case ["allocate", size]:
            return str(len(bytearray(int(size) * 1_000_000))).encode()
        case ["hoard"]:
            hoard = []
            while True:
                hoard.append("독" * 1_000_000)
        case ["crash"]:
            os.kill(os.getpid(), signal.SIGSEGV)
        case ["exit"]:
            os._exit(3)
        case ["sleep"]:
            time.sleep(3600)
        case ["run", *command]:
            subprocess.run(command, check=True)
        case ["write", path]:
            Path(path).write_text("독")
        case ["connect", port]:
            with socket.create_connection(("127.0.0.1", int(port)), 5):
                return b"connected"
        case ["say"]:
            os.write(1, b"noise")
            os.write(2, b"noise")
    return data


def failing(data: bytes, *_: object) -> bytes:
    """Do what the data say, and tell what the system refused."""
    try:
        return told(data)
    except OSError as error:
        return type(error).__name__.encode() + b" " + str(error.errno).encode()


def obeying(data: bytes, name: str, where: str, limits: Limits) -> bytes:
    """Read a file as `read_row` does, and do what it says."""
    told(data)
    return read_row(data, name, where, limits)
