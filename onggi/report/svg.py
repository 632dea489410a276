"""SVG as safe markup: every text and attribute escaped, numbers short and the same on every machine."""

import unicodedata

from markupsafe import Markup, escape


def element(name: str, *children: str, **attributes: object) -> Markup:
    """Return an element; underscores in attribute names become hyphens, one at the end falls away, None is left out.

    Examples
    --------
    >>> element("text", "1 < 2", x=1.50, text_anchor="end", class_="tick")
    Markup('<text x="1.5" text-anchor="end" class="tick">1 &lt; 2</text>')
    """
    pairs = [
        (key.rstrip("_").replace("_", "-"), _plain(value)) for key, value in attributes.items() if value is not None
    ]
    head = Markup("").join(Markup(' {}="{}"').format(key, value) for key, value in pairs)
    body = Markup("").join(escape(child) for child in children)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), head, body)


def picture(name: str, width: float, height: float, title: str, description: str, *children: str) -> Markup:
    """Return a whole picture with its title and description for screen readers; ``name`` is its id in the page."""
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", description, id=f"{name}-desc"),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        viewBox=f"0 0 {_plain(width)} {_plain(height)}",
        width=width,
        height=height,
    )


def text_width(text: str, size: float) -> float:
    """Return about how many pixels a line of text takes at a font size: Hangul is as wide as high, Latin letters half.

    Examples
    --------
    >>> text_width("한글", 10.0), text_width("bm25", 10.0)
    (20.0, 22.0)
    """
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return round(size * (wide + 0.55 * (len(text) - wide)), 1)


def fit(text: str, width: float, size: float) -> str:
    """Return a text that takes at most ``width`` pixels, cut at its end where it must be.

    Examples
    --------
    >>> fit("dense-tuned", 50.0, 12.0), fit("hybrid", 50.0, 12.0)
    ('dense-…', 'hybrid')
    """
    if text_width(text, size) <= width:
        return text
    kept = next((n for n in range(len(text) - 1, 0, -1) if text_width(text[:n] + "…", size) <= width), 0)
    return text[:kept].rstrip() + "…"


def _plain(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    short = f"{value:.1f}".removesuffix(".0")
    return "0" if short == "-0" else short
