"""XML, parsed so that it opens nothing, expands nothing and ends."""

from lxml import etree

MOST_TAGS = 4_000_000
"""Of one file: a text of a thousand pages has a quarter of it, and each element takes some 200 bytes."""


class TooManyTags(ValueError):
    """A document of more elements than any text has."""


def parse(data: bytes) -> etree._Element:
    """Return the root of a document; entities are left as they are, nothing outside of it is loaded.

    Raises
    ------
    TooManyTags
        There are more than `MOST_TAGS`.
    lxml.etree.XMLSyntaxError
        It is not well-formed, nests deeper than 256, or holds a text of more than 10 MB.
    """
    if (tags := data.count(b"<")) > MOST_TAGS:
        raise TooManyTags(f"{tags} tags, more than {MOST_TAGS}")
    return etree.fromstring(data, _parser())


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
