"""Documents for the tests of cleaning, made by the code that joins real ones."""

from hypothesis import strategies as st

from onggi.core.schema import Document
from onggi.documents.blocks import Block, Place, join

WORDS = st.text("가나다 abc1.\n|", min_size=1, max_size=12)
BLOCKS = st.lists(
    st.builds(
        Block,
        WORDS,
        level=st.sampled_from([None, None, None, 1, 2]),
        tight=st.booleans(),
        places=st.lists(
            st.tuples(st.integers(0, 12), st.builds(Place, st.just("page"), st.integers(1, 9))), max_size=2
        ).map(lambda places: tuple(sorted(places, key=lambda pair: pair[0]))),
        row=st.sampled_from([None, None, "head", "body"]),
    ),
    max_size=12,
)


def document(doc_id: str = "가.md", *blocks: Block | str, title: str = "제목") -> Document:
    """Return a document of blocks; a plain string is a paragraph, and with ``# `` before it a heading."""
    made = [_block(block) if isinstance(block, str) else block for block in blocks]
    joined = join(made, 10**6)
    return Document(doc_id, doc_id, title, "md", joined.text, joined.sections, {}, joined.origins, joined.tables)


def _block(text: str) -> Block:
    return Block(text[2:], level=1) if text.startswith("# ") else Block(text)


def check(document: Document) -> None:
    """Check what `onggi.core.schema.Document` promises."""
    for stretches in (document.sections, document.origins, document.tables):
        last = 0
        for stretch in stretches:
            assert last <= stretch.start < stretch.end <= len(document.text)
            assert document.text[stretch.start : stretch.end].strip() == document.text[stretch.start : stretch.end]
            last = stretch.end
    for table in document.tables:
        assert table.start <= table.body <= table.end
    covered = {place for section in document.sections for place in range(section.start, section.end)}
    assert not "".join(c for place, c in enumerate(document.text) if place not in covered).strip()
