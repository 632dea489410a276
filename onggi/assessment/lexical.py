"""Lexical ground truth: passages that share rare words with a question and its answer.

The cosine of TF-IDF vectors over content morphemes (Salton and Buckley 1988,
https://doi.org/10.1016/0306-4573(88)90021-0), with logarithmic term frequency. It knows words and no meaning, as BM25
does: a retriever that looks for words is favoured by it (docs/truths.md has figures).

Passages are cut by settings of their own, without overlap. So what is right does not move when chunks become larger,
smaller or overlap, and nothing is counted twice.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from onggi.assessment.params import LexicalParams
from onggi.chunking import ChunkParams, chunks_of
from onggi.core.schema import Document, Evidence, Question
from onggi.index.passages import passage
from onggi.korean.kiwi import morphemes_of
from onggi.truth.truths import Truth

NAME = "lexical"
QUERIES_PER_BLOCK = 256
PLACES = 6
"""Of a cosine: sums of the same numbers in another order differ in the last bits, and a tie would be lost."""


def lexical(questions: Sequence[Question], documents: Callable[[], Iterable[Document]], params: LexicalParams) -> Truth:
    """Return the neighbours of each question that has an answer in the corpus.

    Parameters
    ----------
    questions
        Gold questions; those without evidence are left out: what shares words with them does not answer.
    documents
        Reads the corpus; of its texts one at a time is in memory, of its passages their terms.
    params
        Whose neighbours are looked for, and which are near enough.
    """
    asked = [question for question in questions if question.evidence]
    needed = {e.doc_id for question in asked for e in question.pieces} if params.of == "evidence" else set()
    texts = {document.doc_id: document.text for document in documents() if document.doc_id in needed} if needed else {}
    spans: list[Evidence] = []
    near = neighbours(
        [told(question, texts, params) for question in asked], _passages(documents(), params, spans), params
    )
    answered = [
        replace(question, evidence=[spans[row] for row in sorted(rows)], rejected=[])
        for question, rows in zip(asked, near, strict=True)
    ]
    return Truth(NAME, answered, complete=True, made={"passages": len(spans), **params.model_dump()})


def _passages(documents: Iterable[Document], params: LexicalParams, spans: list[Evidence]) -> Iterator[str]:
    """Yield what of each passage is compared, and note where it stands."""
    whole = ChunkParams(strategy="sentence", max_tokens=params.passage_tokens, overlap_tokens=0)
    for cut in chunks_of(documents, whole):
        spans.append(Evidence(cut.doc_id, cut.start, cut.end))
        yield passage(cut)


def told(question: Question, texts: Mapping[str, str], params: LexicalParams) -> str:
    """Return the text whose neighbours are looked for."""
    if params.of == "question":
        return question.text
    if params.of == "answer":
        return "\n".join([question.text, *question.answers])
    return "\n".join(texts[e.doc_id][e.start : e.end] for e in question.pieces)


def neighbours(queries: Sequence[str], passages: Iterable[str], params: LexicalParams) -> list[list[int]]:
    """Return, for each query, the places of the nearest passages, nearest first, ties by place.

    Examples
    --------
    >>> near = LexicalParams(of="question", passage_tokens=60, most=2, least=0.1)
    >>> neighbours(["메주는 언제 띄우나"], ["장독을 씻는다", "메주를 띄운다", "메주를 판다"], near)
    [[1, 2]]
    """
    terms = morphemes_of(passages)
    without = list(_until_some(terms))
    if not without or not without[-1] or not queries:
        deque(terms, maxlen=0)  # who notes the passages sees all of them
        return [[] for _ in queries]
    vectorizer = TfidfVectorizer(analyzer=_as_it_is, sublinear_tf=True, dtype=np.float64)
    rows = vectorizer.fit_transform(chain(without, terms))
    asked = sparse.csr_array(vectorizer.transform(morphemes_of(queries)))
    columns = sparse.csr_array(rows.T)
    return [near for block in _blocks(asked) for near in _nearest(sparse.csr_array(block @ columns), params)]


def _until_some(terms: Iterator[list[str]]) -> Iterator[list[str]]:
    """Yield up to the first that has any terms: of none at all there is no vocabulary."""
    for of_one in terms:
        yield of_one
        if of_one:
            return


def _as_it_is(terms: Sequence[str]) -> Sequence[str]:
    return terms


def _blocks(asked: sparse.csr_array) -> Iterator[sparse.csr_array]:
    return (asked[start : start + QUERIES_PER_BLOCK] for start in range(0, asked.shape[0], QUERIES_PER_BLOCK))


def _nearest(cosines: sparse.csr_array, params: LexicalParams) -> Iterator[list[int]]:
    """Yield, for each row of cosines, the columns that are near enough, nearest first."""
    for start, end in zip(cosines.indptr, cosines.indptr[1:], strict=False):
        places, values = cosines.indices[start:end], np.round(cosines.data[start:end], PLACES)
        near = np.flatnonzero(values >= params.least)
        order = near[np.lexsort((places[near], -values[near]))][: params.most]
        yield [int(places[n]) for n in order]
