"""Positives: the chunks that answer a question and that training may see."""

from collections.abc import Iterable

from onggi.core.schema import Question
from onggi.models.reranker import Reranker
from onggi.negatives.corpus import Corpus


def positives(questions: Iterable[Question], corpus: Corpus, reranker: Reranker) -> dict[str, list[str]]:
    """Return the ids of each question's positives, ascending; questions without one are left out.

    Where the evidence is a whole document, its best chunk by the reranker is the positive: of equal ones the first.
    """
    asked = list(questions)
    chosen: dict[str, set[str]] = {question.query_id: set() for question in asked}
    wholes: list[tuple[Question, list[str]]] = []
    for question in asked:
        for evidence in question.evidence:
            if evidence.start is None or evidence.end is None:
                wholes.append((question, [chunk_id for _, _, chunk_id in corpus.index.spans.get(evidence.doc_id, [])]))
            else:
                chosen[question.query_id] |= corpus.index.answering(
                    evidence.doc_id, evidence.start, evidence.end, evidence.page
                )
    scores = reranker.score(
        (question.text, corpus.passage(chunk_id))
        for question, chunk_ids in wholes
        if len(chunk_ids) > 1
        for chunk_id in chunk_ids
    )
    for question, chunk_ids in wholes:
        if len(chunk_ids) > 1:
            chunk_ids = [max(zip(chunk_ids, scores, strict=False), key=lambda scored: scored[1])[0]]
        chosen[question.query_id].update(chunk_ids)
    kept = {query_id: sorted(filter(corpus.may_train, chunk_ids)) for query_id, chunk_ids in chosen.items()}
    return {query_id: chunk_ids for query_id, chunk_ids in kept.items() if chunk_ids}
