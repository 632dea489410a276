from hypothesis import given
from hypothesis import strategies as st

from onggi.core.schema import Chunk, Evidence, Question
from onggi.truth.relevance import ChunkIndex, targets


def chunk(doc_id: str, start: int, end: int) -> Chunk:
    return Chunk(f"{doc_id}#{start}-{end}", doc_id, start, end, "가" * (end - start), end - start, "")


def question(query_id: str, *evidence: Evidence) -> Question:
    return Question(query_id, "항아리는 어디서 굽나요", "정의", ["가마"], list(evidence), "gold", "test")


INDEX = ChunkIndex.of([chunk("a", 0, 10), chunk("a", 10, 20), chunk("a", 15, 30), chunk("b", 0, 10)])


def only(*evidence: Evidence):
    (found,) = targets([question("q", *evidence)], INDEX)
    return found


def test_a_chunk_that_covers_exactly_half_answers():
    assert only(Evidence("a", 5, 15)).relevant == {"a#0-10", "a#10-20"}


def test_a_chunk_that_covers_less_than_half_does_not():
    assert only(Evidence("a", 5, 16)).relevant == {"a#10-20"}  # a#0-10 covers 5 of 11


def test_a_page_is_answered_by_the_chunks_that_stand_on_it():
    assert only(Evidence("a", 0, 22)).relevant == set()
    assert only(Evidence("a", 0, 22, page=1)).relevant == {"a#0-10", "a#10-20"}  # a#15-30 has 7 of 15 there
    assert only(Evidence("a", 0, 23, page=1)).relevant == {"a#0-10", "a#10-20", "a#15-30"}
    assert only(Evidence("a", 16, 19, page=1)).relevant == {"a#10-20", "a#15-30"}


ALL = ["a#15-30", "a#10-20", "a#0-10", "b#0-10"]


def test_overlapping_chunks_both_answer_and_the_first_found_counts():
    found = only(Evidence("a", 16, 19))
    assert found.relevant == {"a#10-20", "a#15-30"}
    assert found.qrels(ALL) == {"a#15-30": 1}
    assert found.qrels(["b#0-10", "a#10-20"]) == {"a#10-20": 1}


def test_either_of_two_spans_that_say_the_same_answers():
    found = only(Evidence("a", 0, 10), Evidence("b", 0, 10, part=0))
    assert found.parts == (frozenset({"a#0-10", "b#0-10"}),)
    assert found.found_at(["b#0-10", "a#0-10"]) == [1]
    assert found.qrels(["b#0-10", "a#0-10"]) == {"b#0-10": 1}
    assert list(found.qrels(["a#15-30"])) == ["(evidence 0: not found)"]


def test_a_span_stands_for_the_piece_it_names_and_has_its_grade():
    pieces = [Evidence("a", 0, 10, 2), Evidence("a", 20, 30, 3)]
    found = only(*pieces, Evidence("b", 0, 10, part=1))
    assert (found.parts[0], found.parts[1]) == ({"a#0-10"}, {"a#15-30", "b#0-10"})
    assert found.qrels(["b#0-10"]) == {"b#0-10": 3, "(evidence 0: not found)": 2}
    alone = only(*pieces, Evidence("b", 0, 10, part=0), Evidence("b", 0, 10, part=1))
    assert alone.found_at(["b#0-10", "a#0-10"]) == [1, 1]
    assert alone.qrels(["b#0-10", "a#0-10"]) == {"b#0-10": 3}


def test_the_second_span_of_a_piece_that_no_chunk_holds_makes_it_findable():
    cut = Evidence("a", 28, 90)
    assert not only(cut).findable and only(cut, Evidence("b", 0, 4, part=0)).relevant == {"b#0-10"}


def test_a_second_span_of_a_whole_document_stands_for_its_document():
    found = only(Evidence("a"), Evidence("b", 0, 4, part=0))
    assert (found.unit, found.parts) == ("document", (frozenset({"a", "b"}),))


PIECE = Evidence("b", 0, 10)


def rejecting(*spans: Evidence, piece: Evidence = PIECE):
    asked = Question("q", "항아리는 어디서 굽나요", "정의", ["가마"], [piece], "gold", "test", rejected=list(spans))
    (found,) = targets([asked], INDEX)
    return found


def test_a_chunk_is_judged_where_at_least_half_of_it_was_read():
    assert rejecting(Evidence("a", 0, 5)).rejected == {"a#0-10"}
    assert rejecting(Evidence("a", 0, 4)).rejected == set()
    assert rejecting(Evidence("a", 12, 15), Evidence("a", 13, 16), Evidence("a", 14, 17)).rejected == {"a#10-20"}
    assert rejecting(Evidence("a", 0, 2), Evidence("a", 8, 11)).rejected == set()  # 4 of 10, and 1 of 10
    assert rejecting(Evidence("a", 0, 30)).judged == {"a#0-10", "a#10-20", "a#15-30", "b#0-10"}


def test_what_was_read_of_a_document_speaks_for_it_where_documents_are_asked_for():
    found = rejecting(Evidence("a", 0, 2), Evidence("gone", 0, 2), piece=Evidence("b"))
    assert (found.rejected, found.judged) == ({"a"}, {"a", "b"})


def test_nobody_has_judged_what_nobody_read():
    assert rejecting().judged == {"b#0-10"}


def test_a_chunk_of_another_document_never_answers():
    assert only(Evidence("b", 0, 4)).relevant == {"b#0-10"}


def test_evidence_cut_so_that_no_chunk_covers_half_stays_in_the_qrels_unfindable():
    index = ChunkIndex.of([chunk("a", 0, 4), chunk("a", 4, 8), chunk("a", 8, 12)])
    (found,) = targets([question("q", Evidence("a", 1, 11))], index)
    assert not found.findable
    assert list(found.qrels(list(index.doc_of)).values()) == [1]
    assert not found.qrels(list(index.doc_of)).keys() & index.doc_of.keys()


def test_of_two_spans_the_cut_one_still_counts():
    found = only(Evidence("a", 0, 10), Evidence("a", 28, 90))
    assert found.parts == (frozenset({"a#0-10"}), frozenset())
    assert found.findable
    assert len(found.qrels(ALL)) == 2


def test_the_same_span_twice_is_one_piece_of_evidence():
    assert len(only(Evidence("a", 0, 10), Evidence("a", 0, 10)).parts) == 1


def test_whole_documents_are_judged_as_documents():
    found = only(Evidence("b"), Evidence("a"))
    assert found.unit == "document"
    assert found.qrels(["b", "a"]) == {"a": 1, "b": 1}


def test_a_span_beside_a_whole_document_stands_for_its_document():
    found = only(Evidence("b"), Evidence("a", 0, 3), Evidence("a", 20, 25))
    assert (found.unit, found.qrels(["b", "a"])) == ("document", {"a": 1, "b": 1})


def test_a_whole_document_without_chunks_counts_as_not_found():
    found = only(Evidence("empty"))
    assert not found.findable
    assert len(found.qrels(["a", "b"])) == 1


def test_documents_keep_their_grades():
    found = only(Evidence("b", grade=3), Evidence("a"), Evidence("empty", grade=2))
    assert found.qrels(["a", "b"]) == {"a": 1, "b": 3, "(evidence 2: not found)": 2}


def test_a_chunk_has_the_grade_of_the_most_relevant_evidence_it_answers():
    found = only(Evidence("a", 0, 4), Evidence("a", 5, 9, 2), Evidence("a", 20, 25, 3), Evidence("a", 0, 4, 1))
    assert found.qrels(ALL) == {"a#0-10": 2, "a#15-30": 3}
    assert found.grades == (1, 2, 3)


def test_questions_without_evidence_are_left_out_and_the_rest_sorted():
    asked = [question("q3", Evidence("a", 0, 5)), question("q2"), question("q1", Evidence("b"))]
    assert [(t.query_id, t.unit) for t in targets(asked, INDEX)] == [("q1", "document"), ("q3", "chunk")]


@given(st.integers(1, 30), st.integers(0, 40), st.integers(1, 30))
def test_a_span_across_at_most_one_border_is_always_answered(size: int, start: int, length: int):
    index = ChunkIndex.of([chunk("a", s, s + size) for s in range(0, 80, size)])
    (found,) = targets([question("q", Evidence("a", start, start + length))], index)
    borders = (start + length - 1) // size - start // size
    if borders <= 1:
        assert found.findable
    covered = [set(range(int(c[2:].split("-")[0]), int(c.split("-")[1]))) for c in found.relevant]
    assert all(2 * len(c & set(range(start, start + length))) >= length for c in covered)
