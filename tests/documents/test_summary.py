from onggi.core.schema import Document, Section
from onggi.documents import Problem, Summary


def test_counts_come_in_a_fixed_order() -> None:
    summary = Summary()
    items: list[Document | Problem] = [
        Document("b", "b", "b", "txt", "네 글자!", [Section([], 0, 5)], {"encoding": "utf-8"}),
        Problem("z.hwp", "unsupported"),
        Document("c", "c", "c", "md", "둘", [Section([], 0, 1)], {"encoding": "cp949"}),
        Document("e", "e", "e", "pdf", "쪽", removed={"pages without text": 2, "running heads": 5}),
        Document("a", "a", "a", "pdf", "쪽", removed={"pages of unreadable glyphs": 7, "pages without text": 1}),
        Document("d", "d", "d", "md", "가나", [Section([], 0, 1), Section(["나"], 1, 2)], {"encoding": "utf-8"}),
        Problem("a.hwp", "unsupported"),
    ]
    assert list(summary.counting(items)) == [item for item in items if isinstance(item, Document)]
    assert list(summary.metrics().items()) == [
        ("documents", 5),
        ("characters", 5 + 1 + 1 + 1 + 2),
        ("sections", 4),
        ("formats", {"md": 2, "pdf": 2, "txt": 1}),
        ("encodings", {"cp949": 1, "utf-8": 2}),
        ("removed", {"pages of unreadable glyphs": 7, "pages without text": 3, "running heads": 5}),
        (
            "unread",
            [
                {"source": "a", "pages of unreadable glyphs": 7, "pages without text": 1},
                {"source": "e", "pages without text": 2},
            ],
        ),
        ("skipped", 2),
        ("problems", [{"source": "a.hwp", "problem": "unsupported"}, {"source": "z.hwp", "problem": "unsupported"}]),
    ]
