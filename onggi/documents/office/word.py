"""Names of WordprocessingML."""

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def qn(tag: str) -> str:
    """Return a name as lxml writes it.

    Examples
    --------
    >>> qn("w:p")
    '{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p'
    """
    return f"{{{_W}}}{tag.removeprefix('w:')}"
