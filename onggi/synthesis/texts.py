"""Passages that a language model writes for a question, to train on: one that answers it, and some that do not.

They are no text of the corpus: they stand in a table of their own, reach nothing but the training file, and are never
indexed, retrieved or cited.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from pydantic import BaseModel

from onggi.core.schema import Question, WrittenText
from onggi.index.passages import passage
from onggi.llm.messages import Failure, Request
from onggi.llm.prompts import Prompts
from onggi.llm.role import Llm
from onggi.llm.structured import parsed
from onggi.synthesis.drafts import SourceDocument
from onggi.synthesis.params import TeacherParams


class _Passage(BaseModel):
    passage: str


class _Passages(BaseModel):
    passages: list[str]


def texts(
    questions: Sequence[Question], sources: Iterable[SourceDocument], llm: Llm, prompts: Prompts, teacher: TeacherParams
) -> tuple[list[WrittenText], dict[str, int]]:
    """Return passages for the questions, ordered by query id and place, and how many there are of each kind.

    ``teacher.passages`` of the questions get one that answers, all of them up to ``teacher.negatives`` that do not.
    """
    share = teacher.passages
    chosen = [q for place, q in enumerate(questions) if int((place + 1) * share) > int(place * share)]
    shown = dict(_shown(questions, sources))
    answering = [_request(prompts, "passage", q, shown, teacher, place) for place, q in enumerate(chosen)]
    misleading = [
        _request(prompts, "negatives", q, shown, teacher, place, count=teacher.negatives, answer=q.answers[0])
        for place, q in enumerate(questions if teacher.negatives else [])
    ]
    found: dict[str, list[tuple[str, str]]] = {}
    failed = 0
    for question, one in zip(chosen, parsed(llm, answering, _Passage), strict=True):
        if isinstance(one, Failure):
            failed += 1
        else:
            found.setdefault(question.query_id, []).append(("positive", one.passage))
    of = questions if teacher.negatives else []
    for question, some in zip(of, parsed(llm, misleading, _Passages), strict=True):
        if isinstance(some, Failure):
            failed += 1
        else:
            given = some.passages[: teacher.negatives]
            found.setdefault(question.query_id, []).extend(("negative", text) for text in given)
    rows = list(_rows(found))
    kinds = Counter(row.kind for row in rows)
    return rows, {"positive": kinds["positive"], "negative": kinds["negative"], "unwritten": failed}


def _rows(found: dict[str, list[tuple[str, str]]]) -> Iterator[WrittenText]:
    for query_id, some in sorted(found.items()):
        kept = [(kind, " ".join(text.split())) for kind, text in some if text.strip()]
        for place, (kind, text) in enumerate(kept):
            yield WrittenText(query_id, place, "positive" if kind == "positive" else "negative", text)


def _shown(questions: Iterable[Question], sources: Iterable[SourceDocument]) -> Iterator[tuple[str, str]]:
    """Yield each query id with the passage of the chunk that answers it."""
    by_id = {source.doc_id: source for source in sources}
    for question in questions:
        evidence = question.evidence[0]
        chunk = by_id[evidence.doc_id].covering(evidence.start or 0, evidence.end or 0)
        yield question.query_id, passage(chunk) if chunk else ""


def _request(
    prompts: Prompts,
    name: str,
    question: Question,
    shown: dict[str, str],
    teacher: TeacherParams,
    place: int,
    **more: object,
) -> Request:
    messages = prompts.render(name, question=question.text, passage=shown[question.query_id], **more)
    sampling = teacher.sampling(temperature=teacher.temperatures[-1], seed=teacher.seed + place)
    return Request(messages, **sampling)
