"""The value of a cell as its sheet shows it."""

import datetime
import re


def shown(value: object, number_format: str) -> str:
    """Return a cell's value as its number format shows it, for thousands, decimals, percent and dates.

    Examples
    --------
    >>> shown(1500, "#,##0"), shown(0.125, "0.0%"), shown(3.0, "General")
    ('1,500', '12.5%', '3')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return _number(value, number_format.split(";")[0])
    if isinstance(value, datetime.datetime):
        return str(value.date()) if value.time() == datetime.time() else value.isoformat(" ", "minutes")
    if isinstance(value, datetime.time):
        return value.isoformat("minutes")
    return str(value)


def _number(value: float, number_format: str) -> str:
    pattern = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.|_.', "", number_format)  # literals, colours, paddings
    placeholder = re.search(r"[#0?][#0?,]*(?:\.([0#?]+))?", pattern)
    if not placeholder:
        return f"{value:.15g}"
    percent = "%" in pattern
    if percent:
        value *= 100
    comma = "," if "," in placeholder[0] else ""
    decimals = placeholder[1] or ""
    text = f"{value:{comma}.{len(decimals)}f}"
    optional = len(decimals) - len(decimals.rstrip("#"))
    for _ in range(optional):
        text = text.removesuffix("0")
    text = text.removesuffix(".")
    return text + "%" * percent + _unit(number_format)


def _unit(number_format: str) -> str:
    """Return a quoted unit that ends a format, such as ``0"명"``."""
    match = re.search(r'[#0?%]"([^"]*)"$', number_format)
    return match[1] if match else ""
