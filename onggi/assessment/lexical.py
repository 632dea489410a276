"""Lexical ground truth: passages that share rare words with a question and its answer.

The cosine of TF-IDF vectors over content morphemes (Salton and Buckley 1988,
https://doi.org/10.1016/0306-4573(88)90021-0), with logarithmic term frequency. It knows words and no meaning, as BM25
does: a retriever that looks for words is favoured by it (docs/truths.md has figures).

Passages are cut by settings of their own, without overlap. So what is right does not move when chunks become larger,
smaller or overlap, and nothing is counted twice.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from onggi.assessment.params import LexicalParams
from onggi.chunking import ChunkParams, chunks_of
from onggi.core.schema import Chunk, Document, Evidence, Question
from onggi.index.passages import passage
from onggi.korean.kiwi import morphemes_of
from onggi.truth.truths import Truth

NAME = "lexical"
QUERIES_PER_BLOCK = 256
PLACES = 6
"""Of a cosine: sums of the same numbers in another order differ in the last bits, and a tie would be lost."""


def lexical(questions: Sequence[Question], documents: Sequence[Document], params: LexicalParams) -> Truth:
    """Return the neighbours of each question that has an answer in the corpus.

    Parameters
    ----------
    questions
        Gold questions; those without evidence are left out: what shares words with them does not answer.
    documents
        The corpus.
    params
        Whose neighbours are looked for, and which are near enough.
    """
    asked = [question for question in questions if question.evidence]
    texts = {document.doc_id: document.text for document in documents}
    whole = ChunkParams(strategy="sentence", max_tokens=params.passage_tokens, overlap_tokens=0)
    passages = list(chunks_of(documents, whole))
    found = neighbours([told(question, texts, params) for question in asked], [passage(p) for p in passages], params)
    answered = [
        replace(question, evidence=[_evidence(passages[row]) for row in sorted(rows)], rejected=[])
        for question, rows in zip(asked, found, strict=True)
    ]
    return Truth(NAME, answered, complete=True, made={"passages": len(passages), **params.model_dump()})


def told(question: Question, texts: Mapping[str, str], params: LexicalParams) -> str:
    """Return the text whose neighbours are looked for."""
    if params.of == "question":
        return question.text
    if params.of == "answer":
        return "\n".join([question.text, *question.answers])
    return "\n".join(texts[e.doc_id][e.start : e.end] for e in question.pieces)


def neighbours(queries: Sequence[str], passages: Sequence[str], params: LexicalParams) -> list[list[int]]:
    """Return, for each query, the places of the nearest passages, nearest first, ties by place.

    Examples
    --------
    >>> near = LexicalParams(of="question", passage_tokens=60, most=2, least=0.1)
    >>> neighbours(["메주는 언제 띄우나"], ["장독을 씻는다", "메주를 띄운다", "메주를 판다"], near)
    [[1, 2]]
    """
    if not queries or not passages:
        return [[] for _ in queries]
    terms = list(map(tuple, morphemes_of([*passages, *queries])))
    vectorizer = TfidfVectorizer(analyzer=_as_it_is, sublinear_tf=True, dtype=np.float64)
    if not any(terms[: len(passages)]):
        return [[] for _ in queries]
    rows = sparse.csr_array(vectorizer.fit_transform(terms[: len(passages)]))
    asked = sparse.csr_array(vectorizer.transform(terms[len(passages) :]))
    return [near for block in _blocks(asked) for near in _nearest(block, rows, params)]


def _as_it_is(terms: Sequence[str]) -> Sequence[str]:
    return terms


def _blocks(asked: sparse.csr_array) -> Iterator[sparse.csr_array]:
    return (asked[start : start + QUERIES_PER_BLOCK] for start in range(0, asked.shape[0], QUERIES_PER_BLOCK))


def _nearest(asked: sparse.csr_array, rows: sparse.csr_array, params: LexicalParams) -> Iterable[list[int]]:
    """Yield the places of the rows that are near enough to each query, nearest first."""
    cosines = sparse.csr_array(asked @ rows.T)
    for start, end in zip(cosines.indptr, cosines.indptr[1:], strict=False):
        places, values = cosines.indices[start:end], np.round(cosines.data[start:end], PLACES)
        near = np.flatnonzero(values >= params.least)
        order = near[np.lexsort((places[near], -values[near]))][: params.most]
        yield [int(places[n]) for n in order]


def _evidence(passage: Chunk) -> Evidence:
    return Evidence(passage.doc_id, passage.start, passage.end)
