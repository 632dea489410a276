from onggi.core.schema import Document, Section
from onggi.documents import Problem, Summary


def test_counts_come_in_a_fixed_order() -> None:
    summary = Summary()
    items: list[Document | Problem] = [
        Document("b", "b", "b", "txt", "네 글자!", [Section([], 0, 5)], {"encoding": "utf-8"}),
        Problem("z.hwp", "unsupported"),
        Document("c", "c", "c", "md", "둘", [Section([], 0, 1)], {"encoding": "cp949"}),
        Document("d", "d", "d", "md", "가나", [Section([], 0, 1), Section(["나"], 1, 2)], {"encoding": "utf-8"}),
        Problem("a.hwp", "unsupported"),
    ]
    assert list(summary.counting(items)) == [item for item in items if isinstance(item, Document)]
    assert list(summary.metrics().items()) == [
        ("documents", 3),
        ("characters", 5 + 1 + 2),
        ("sections", 4),
        ("formats", {"md": 2, "txt": 1}),
        ("encodings", {"cp949": 1, "utf-8": 2}),
        ("skipped", 2),
        ("problems", [{"source": "a.hwp", "problem": "unsupported"}, {"source": "z.hwp", "problem": "unsupported"}]),
    ]
