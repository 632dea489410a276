from onggi.answers.submission import rows
from onggi.core.schema import Answer, Question

ASKED = [
    Question("q1", "보증금은?", "", [], [], "gold", "test", ["3,000원", "5,000원"]),
    Question("q2", "언제?", "", [], [], "gold", "test"),
]
GIVEN = [
    Answer("q1", "5,000원", "a#0-1", 0.5, ["a#0-1"], "p. 2", ["a#0-1"]),
    Answer("q2", None, None, 0.1, [], reason="timeout"),
]


def test_each_column_by_its_name_in_the_order_asked_for() -> None:
    columns = ("score", "query_id", "choice", "answer", "chunk_id", "place", "reason", "question")
    assert list(rows(GIVEN, ASKED, columns)) == [
        [0.5, "q1", 2, "5,000원", "a#0-1", "p. 2", "", "보증금은?"],
        [0.1, "q2", "", "", "", "", "timeout", "언제?"],
    ]
    assert list(rows(GIVEN, ASKED, ["answer"])) == [["5,000원"], [""]]
