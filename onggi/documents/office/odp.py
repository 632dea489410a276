"""ODP: the slides in their order, titles as headings, notes after their slide."""

from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from onggi.documents.blocks import Block, Content, Place
from onggi.documents.office.opendocument import TABLE, H, OpenDocument, P, qn

_TITLES = {"title"}
_FRAME = {"date-time", "footer", "header", "page-number"}
_NOTES = qn("presentation:notes")
_CLASS = qn("presentation:class")


def read(data: bytes, where: str) -> Content:
    """Read the slides that are shown; dates, feet and numbers of slides, and hidden slides, are left out.

    Raises
    ------
    DocumentError
        It is encrypted.
    """
    document = OpenDocument.of(data, where)
    return Content(_slides(document), document.title(), removed=document.removed)


def _slides(document: OpenDocument) -> Iterator[Block]:
    hidden = {
        style.get(qn("style:name"), "")
        for style in document.content.iter(qn("style:style"))
        for one in style.iterchildren(qn("style:drawing-page-properties"))
        if one.get(qn("presentation:visibility")) == "hidden"
    }
    for number, page in enumerate(document.body("presentation").iterchildren(qn("draw:page")), start=1):
        if page.get(qn("draw:style-name")) in hidden:
            document.removed["hidden slides"] += 1
            continue
        shapes = [shape for shape in page.iterchildren() if shape.tag != _NOTES]
        titles = [shape for shape in shapes if shape.get(_CLASS) in _TITLES]
        notes = [shape for one in page.iterchildren(_NOTES) for shape in one.iterchildren()]
        place = Place("slide", number)
        for shape in titles:
            yield Block(document.text_of(shape), level=1, places=((0, place),))
        for shape in [*shapes, *notes]:
            if shape.get(_CLASS) in _FRAME:
                document.removed["slide numbers, dates and feet"] += bool(document.text_of(shape).strip())
            elif shape not in titles and shape.tag != qn("draw:page-thumbnail"):
                yield from (replace(block, places=((0, place),)) for block in _shape(document, shape))


def _shape(document: OpenDocument, shape: etree._Element, tight: bool = False) -> Iterator[Block]:
    """Yield the paragraphs of a shape, all but the first on the next line, its tables, and its chart."""
    yield from document.object(shape)
    for child in shape.iterchildren():
        if child.tag in (P, H):
            block = document.paragraph(child, [])
            if block.text.strip():
                yield replace(block, tight=tight)
                tight = True
        elif child.tag == TABLE:
            yield from document.table(child)
        elif child.tag != qn("draw:object"):
            for block in _shape(document, child, tight):
                yield block
                tight = block.row is None
