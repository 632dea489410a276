"""How long to wait before a call is made again."""

import math
import random
import time
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

LONGEST = 60.0
"""Seconds between two calls for one request, where the server asks for no more."""


def backoff(tries: int, first: float = 1.0, longest: float = LONGEST) -> float:
    """Return seconds to wait after so many failed tries: twice as long each time, of which a random half is left out.

    Examples
    --------
    >>> 2.0 <= backoff(3) <= 4.0 and 30.0 <= backoff(1000) <= 60.0
    True
    """
    return min(longest, first * 2.0 ** min(tries - 1, 62)) * random.uniform(0.5, 1.0)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds a server asks to wait by ``Retry-After``, as seconds or as a date; None if it does not.

    A date is compared with the ``Date`` of the same response: the clocks of both machines may differ.

    Examples
    --------
    >>> retry_after({"retry-after": "7"}), retry_after({"retry-after-ms": "250"}), retry_after({"retry-after": "soon"})
    (7.0, 0.25, None)
    >>> date = "Sun, 01 Nov 2026 08:49:%d GMT"
    >>> retry_after({"retry-after": date % 40, "date": date % 37})
    3.0
    """
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        value = headers.get(name)
        if value is None:
            continue
        try:
            seconds = float(value) / unit
        except ValueError:
            until, now = _timestamp(value), _timestamp(headers.get("date", ""))
            seconds = math.nan if until is None else until - (time.time() if now is None else now)
        if math.isfinite(seconds):
            return max(0.0, seconds)
    return None


def _timestamp(date: str) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
