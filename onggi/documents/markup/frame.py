"""The frame of a site around the content of a page: menus, skip links, breadcrumbs and footers.

Libraries that look for the main content of news pages lose 3 to 32 % of manuals (docs/log.md): they score length, and a
manual is made of short lines. So nothing here is scored. An element goes where its tag, its role or its class says that
it is of the frame, or where it is a list of links above the first heading, and only if it says little else.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

INVISIBLE = {"style", "script", "head", "template", "noscript", "select", "datalist", "svg", "math", "canvas"}
INVISIBLE |= {"iframe", "object", "audio", "video", "map"}
HEADINGS = {f"h{level}": level for level in range(1, 7)}
_HIDDEN = re.compile(r"(display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)

_ROLES = {"navigation", "banner", "contentinfo", "search", "menu", "menubar", "doc-toc"}
_CONTENT = {"main", "article"}
_MENUS = {"nav", "navbar", "navigation", "navheader", "navfooter", "gnb", "lnb", "snb", "tnb", "sitemap", "breadcrumb"}
_MENUS |= {
    "breadcrumbs",
    "skip",
    "skipnav",
    "skiplink",
    "skiplinks",
    "menu",
    "submenu",
    "topmenu",
    "mainmenu",
    "pagination",
}
_MENUS |= {"sidemenu", "leftmenu", "quickmenu", "toc", "location", "sns", "share", "pager", "paging", "prevnext"}
_HEADS = {"header", "banner", "top", "topbar", "util", "utilmenu"}
_FEET = {"footer", "foot", "copyright", "bottom"}
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_SKIP = re.compile(
    r"\S{0,4}(본문|내용|메뉴|콘텐츠|컨텐츠|검색|하단).{0,8}(바로\s?가기|건너\s?뛰기|이동)|skip (to|nav).*",
    re.IGNORECASE,
)
_TRAIL = re.compile(r"(현재\s?위치|(홈|home|처음|메인)(으로)?)\s*[>›»/→▶:]\s*\S.*", re.IGNORECASE | re.DOTALL)

_MOST_TEXTS = 20
_SHOWN = 160  # characters of an element that are looked at
_PLAIN_MENU = 200
_PLAIN_FOOT = 1000
_LAST = 0.8  # share of a page's text before its foot
_SHORT_LINK = 15
_LINKS = 3


@dataclass(slots=True)
class _Seen:
    """What stands in an element: characters that are no white space, in all and in links."""

    element: etree._Element
    before: int  # characters of the page above it
    within: bool  # main or article
    chars: int = 0
    linked: int = 0
    links: int = 0
    controls: bool = False
    content: bool = False  # holds main, article or a heading that is no link
    text: str = ""

    @property
    def plain(self) -> int:
        return self.chars - self.linked


def skipped(element: etree._Element) -> bool:
    """Tell whether a browser shows nothing of an element."""
    if element.tag in INVISIBLE or _HIDDEN.search(element.get("style", "")):
        return True
    return "hidden" in element.attrib and not _switched(element)


def _switched(element: etree._Element) -> bool:
    """Tell whether a script shows this one of several texts that are all hidden at first: the default, or else each."""
    parent = element.getparent()
    if parent is None or parent.tag not in ("span", "div") or "class" not in parent.attrib or len(parent) > _MOST_TEXTS:
        return False
    if (parent.text or "").strip() or not all(
        "hidden" in text.attrib and not (text.tail or "").strip() for text in parent
    ):
        return False
    return "default" in element.get("class", element.get("id", "")) or not any(
        "default" in text.get("class", text.get("id", "")) for text in parent
    )


def frame(root: etree._Element) -> set[etree._Element]:
    """Return the elements of a page that are navigation; elements inside of them may be among them."""
    seen = list(_seen(root))
    total = seen[-1].chars
    first = next((entry.before for entry in seen if entry.element.tag in HEADINGS and entry.plain), 0)
    tagged = {entry.element for entry in seen if _tagged(entry)}
    dropped = tagged | {entry.element for entry in seen[:-1] if _named(entry, total, first) or _menu(entry, first)}
    if total and total == _chars(root, {entry.element: entry.chars for entry in seen if entry.element in dropped}):
        return tagged  # a page of links alone
    return dropped


def _chars(root: etree._Element, dropped: dict[etree._Element, int]) -> int:
    """Return the characters of elements, those within others counted once."""
    chars = 0
    events = etree.iterwalk(root, events=("start",))
    for _, element in events:
        if element in dropped:
            chars += dropped[element]
            events.skip_subtree()
    return chars


def _seen(root: etree._Element) -> Iterator[_Seen]:
    """Yield the visible elements, each after those inside of it; pages may nest thousands, so nothing recurses."""
    open_: list[_Seen] = []
    chars = links = 0  # of the page so far; links that are open
    events = etree.iterwalk(root, events=("start", "end"))

    def say(text: str | None) -> None:
        nonlocal chars
        if text and open_:
            length = len("".join(text.split()))
            chars += length
            top = open_[-1]
            top.chars += length
            top.linked += length if links else 0
            if len(top.text) < _SHOWN:
                top.text += text[:_SHOWN]

    for event, element in events:
        if event == "start":
            hidden = skipped(element)
            if hidden:
                events.skip_subtree()
            within = bool(open_) and (open_[-1].within or open_[-1].element.tag in _CONTENT)
            open_.append(_Seen(element, chars, within))
            links += element.tag == "a"
            say(None if hidden else element.text)
            continue
        entry = open_.pop()
        links -= element.tag == "a"
        yield entry
        if open_:
            _add(open_[-1], entry)
            say(element.tail)


def _add(above: _Seen, entry: _Seen) -> None:
    tag = entry.element.tag
    above.chars += entry.chars
    above.linked += entry.linked
    above.links += entry.links + (tag == "a")
    above.controls = above.controls or entry.controls or tag in ("nav", "input", "button")
    above.content = above.content or entry.content or tag in _CONTENT or (tag in HEADINGS and entry.plain > 0)
    if len(above.text) < _SHOWN:
        above.text += entry.text


def _tagged(entry: _Seen) -> bool:
    """Tell whether the tag or the role of an element says that it is of the frame."""
    element, role = entry.element, entry.element.get("role", "").lower()
    if element.tag == "nav" or (role in _ROLES and not entry.content):
        return True
    parent = element.getparent()
    outer = parent is not None and parent.tag in ("body", "div") and not entry.within
    if element.tag == "footer":
        return outer and not _holds_content(element)
    if element.tag == "header":
        return outer and not entry.content
    return element.tag == "aside" and parent is not None and parent.tag == "body" and entry.controls


def _holds_content(element: etree._Element) -> bool:
    return next(element.iter(*_CONTENT), None) is not None


def _named(entry: _Seen, total: int, first: int) -> bool:
    """Tell whether a class, an id or the text of an element says so, and it says little else."""
    element = entry.element
    text = " ".join(entry.text.split()) if entry.chars < _SHOWN else ""
    if element.tag == "a":
        return element.get("href", "").startswith("#") and bool(_SKIP.fullmatch(text))
    if element.tag in HEADINGS or entry.content or not entry.chars:
        return False
    above = entry.before + entry.chars <= first
    if _TRAIL.fullmatch(text) and (above or (entry.links > 0 and entry.linked * 3 >= entry.chars)):
        return True
    words = _words(element)
    mostly_links = entry.links > 0 and entry.linked * 2 >= entry.chars
    if words & _MENUS:
        return mostly_links or (entry.links > 0 and entry.plain <= _PLAIN_MENU and "nav" in "".join(words))
    if words & _FEET and not entry.within:
        return entry.plain <= _PLAIN_FOOT and entry.before + entry.chars >= total and entry.before >= total * _LAST / 2
    return bool(words & _HEADS) and not entry.within and mostly_links


def _words(element: etree._Element) -> set[str]:
    named = f"{element.get('class', '')} {element.get('id', '')}"
    return (
        {word.lower() for word in _WORD.findall(named)} | {word.lower() for word in named.split()}
        if named.strip()
        else set()
    )


def _menu(entry: _Seen, first: int) -> bool:
    """Tell whether an element above the first heading is a list of short links."""
    return (
        entry.element.tag in ("ul", "ol", "div", "table", "p")
        and entry.links >= _LINKS
        and entry.before + entry.chars <= first
        and entry.linked * 10 >= entry.chars * 9
        and entry.linked <= entry.links * _SHORT_LINK
    )
