from onggi.core.schema import Chunk, Evidence, Question
from onggi.negatives.corpus import Corpus
from onggi.negatives.positives import positives
from tests.negatives.samples import Teacher, question


def chunk(doc_id: str, start: int, end: int, text: str) -> Chunk:
    return Chunk(f"{doc_id}#{start}-{end}", doc_id, start, end, text, 1, "")


ROWS = [
    chunk("a", 0, 10, "가"), chunk("a", 8, 20, "나"), chunk("b", 0, 10, "다"), chunk("b", 10, 20, "라"),
    chunk("b", 20, 30, "마"),
]  # fmt: skip
TEACHER = Teacher({"다": 0.25, "라": 0.75, "마": 0.5})


def of(asked: Question, trainable: str = "ab") -> list[str] | None:
    return positives([asked], Corpus(ROWS, trainable), TEACHER).get(asked.query_id)


def test_the_chunks_that_answer_a_span_are_the_positives() -> None:
    assert of(question("q1", "?", Evidence("a", 8, 10))) == ["a#0-10", "a#8-20"]
    assert of(question("q1", "?", Evidence("a", 2, 6))) == ["a#0-10"]
    assert of(question("q1", "?", Evidence("a", 0, 4), Evidence("b", 20, 30))) == ["a#0-10", "b#20-30"]


def test_of_a_whole_document_the_best_chunk_is_the_positive() -> None:
    assert of(question("q1", "?", Evidence("b"))) == ["b#10-20"]
    assert of(question("q1", "?", Evidence("b"), Evidence("a", 0, 4))) == ["a#0-10", "b#10-20"]


def test_each_question_gets_the_best_chunk_by_its_own_scores() -> None:
    class ByQuery(Teacher):
        def score(self, pairs):  # type: ignore[no-untyped-def]
            return (float(passage == query) for query, passage in pairs)

    asked = [question(f"q{n}", text, Evidence("b")) for n, text in enumerate("마다라")]
    expected = {"q0": ["b#20-30"], "q1": ["b#0-10"], "q2": ["b#10-20"]}
    assert positives(asked, Corpus(ROWS, "ab"), ByQuery({})) == expected


def test_of_equally_good_chunks_the_first_is_the_positive() -> None:
    teacher = Teacher({"다": 0.5, "라": 0.5, "마": 0.5})
    assert positives([question("q1", "?", Evidence("b"))], Corpus(ROWS, "ab"), teacher) == {"q1": ["b#0-10"]}


def test_a_document_of_one_chunk_needs_no_reranker() -> None:
    alone = Corpus([chunk("c", 0, 5, "차")], "c")
    assert positives([question("q1", "?", Evidence("c"))], alone, Teacher({})) == {"q1": ["c#0-5"]}


def test_what_training_may_not_see_is_never_a_positive() -> None:
    assert of(question("q1", "?", Evidence("a", 8, 10), Evidence("b", 20, 30)), "b") == ["b#20-30"]
    assert of(question("q1", "?", Evidence("a", 2, 6)), "b") is None


def test_a_span_that_no_chunk_covers_and_a_document_without_chunks() -> None:
    assert of(question("q1", "?", Evidence("a", 0, 90))) is None
    assert of(question("q1", "?", Evidence("z"))) is None
