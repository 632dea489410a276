"""The key of an endpoint: from the environment, else from ``.env`` in the working folder; never from params."""

import os
import re
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from onggi.core.errors import LlmError
from onggi.llm.params import EndpointSettings

FILE = Path(".env")
WITHOUT = "none"
"""What a server of this machine is sent in place of a key."""

_LINE = re.compile(
    r"""\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?:'([^']*)'|"([^"]*)"|(.*?))\s*(?:(?<=\s)\#.*)?""", re.DOTALL
)


def key_of(settings: EndpointSettings, file: Path = FILE) -> str:
    """Return the key that an endpoint is to be sent.

    Raises
    ------
    LlmError
        There is none, and the endpoint is not of this machine; or it cannot be sent. It is not in the message.
    """
    name = settings.key
    key = (os.environ.get(name) or _in_file(name, file)).strip()
    where = f"environment variable {name}"
    if not key:
        if is_loopback(settings.base_url):
            return WITHOUT
        fix = f"set it, there or in {file}; `endpoint.key` in params.yaml names another"
        raise LlmError(where, f"is not set, and {settings.base_url} wants a key", fix)
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise LlmError(where, "holds characters that no key has", "set it to the key alone")
    return key


def _in_file(name: str, file: Path) -> str:
    """Return the value of a line ``NAME=value``, the last of them; quotes and comments are no part of it."""
    found = ""
    try:
        lines = file.read_text("utf-8-sig", errors="replace").splitlines()
    except OSError:
        return found
    for line in lines:
        match = _LINE.fullmatch(line)
        if match and match[1] == name:
            found = next((value for value in match.groups()[1:] if value is not None), "")
    return found


def address(settings: EndpointSettings, section: str) -> str:
    """Return the address of an endpoint as it decides replies.

    Raises
    ------
    LlmError
        It is none, or holds what belongs in the environment.
    """
    where = f"params.yaml: {section}.endpoint.base_url"
    try:
        parts = urlsplit(settings.base_url)
        host = parts.hostname and parts.port in (None, *range(1 << 16))
    except ValueError:
        host = None
    if not host:
        raise LlmError(where, f"{settings.base_url!r} is no address", "write such as http://localhost:8000/v1")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise LlmError(where, "holds a password, a query or a fragment", "write the address alone, the key goes apart")
    return settings.base_url.rstrip("/")


def is_loopback(url: str) -> bool:
    """Tell whether an address is of this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
