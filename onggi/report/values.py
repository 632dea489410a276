"""Values as text: numbers, differences and p, the same everywhere on the page."""

import math
from typing import Any, TypeGuard


def is_number(value: object) -> TypeGuard[int | float]:
    """Tell whether a value is a finite number (True and False are not)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def text_of(value: Any) -> str:
    """Return a value as it stands on the page.

    Examples
    --------
    >>> [text_of(v) for v in (0.5, 144.1, 0.00001, 12345, True, None, ["가", 2])]
    ['0.5000', '144.1', '1e-05', '12,345', '예', '없음', '가, 2']
    """
    if value is None:
        return "없음"
    if isinstance(value, bool):
        return "예" if value else "아니요"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, list | tuple):
        return ", ".join(text_of(item) for item in value) if value else "없음"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {text_of(item)}" for key, item in value.items()) if value else "없음"
    return str(value)


def _float(value: float) -> str:
    if not math.isfinite(value):
        return "없음"
    if abs(value) > 1:
        return f"{value:,.4f}".rstrip("0").rstrip(".")
    return f"{value:g}" if 0 < abs(value) < 0.001 else f"{value:.4f}"


def change(now: float, then: float) -> str:
    """Return the signed difference.

    Examples
    --------
    >>> change(0.75, 0.5), change(10, 12), change(0.5, 0.5)
    ('+0.2500', '−2', '±0')
    """
    whole = isinstance(now, int) and isinstance(then, int)
    difference = now - then
    size = f"{abs(difference):,}" if whole else f"{abs(difference):,.4f}"
    if not size.strip("0.,"):
        return "±0"
    return ("+" if difference > 0 else "−") + size


def p_text(p: Any) -> str:
    """Return a p value, never as 0.

    Examples
    --------
    >>> p_text(0.0312), p_text(0.0)
    ('p = 0.0312', 'p < 0.0001')
    """
    if not is_number(p):
        return "p 없음"
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.4f}"
