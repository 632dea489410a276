"""What flows between the stages: one frozen class per row, with the field's own terms.

Offsets are Unicode code points into the text of the document, end exclusive.
"""

from dataclasses import dataclass, field
from typing import Literal, get_args

Split = Literal["train", "dev", "test"]
Unit = Literal["page", "slide", "sheet", "paragraph", "line", "record"]

QuestionType = Literal["정의", "절차", "규정", "예시", "비교", "적용"]
"""Definition, procedure, rule, example, comparison, application."""

QUESTION_TYPES: tuple[str, ...] = get_args(QuestionType)


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a document below one heading.

    ``heading`` is the path of headings from the title down; empty for text before the first heading.
    """

    heading: list[str]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a stretch of a document's text stands in its file, as a person would look it up there.

    ``number`` counts the pages, slides, sheets, paragraphs, lines or records of the file from 1. ``name`` says more
    where the format knows more: the cells of a sheet (``요금!A3:C3``), the label that is printed on a page.
    """

    start: int
    end: int
    unit: Unit
    number: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A stretch of a document whose every line is a row of one table; [start, body) are the rows that head it."""

    start: int
    body: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """A document as plain text, in NFC.

    ``doc_id`` and ``source`` are its path below the corpus folder, or its id and title in a BEIR corpus. The
    sections lie in order, do not overlap and cover all text but white space; the origins likewise, where the format
    has places to name. ``tables`` lie in order. ``removed`` counts what was read and left out of the text, by reason.
    """

    doc_id: str
    source: str
    title: str
    format: str
    text: str
    sections: list[Section] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    origins: list[Origin] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    removed: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document: ``text == document.text[start:end]``.

    ``n_tokens`` counts Kiwi morphemes; ``heading`` joins the document's title and the section's headings
    with `` > ``; ``columns`` are the rows that head the table in whose middle the chunk begins, empty elsewhere.
    ``place`` is where in its file it stands (see `onggi.core.places`), empty where the file has no places to name.
    """

    chunk_id: str
    doc_id: str
    start: int
    end: int
    text: str
    n_tokens: int
    heading: str
    columns: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the answer to a question stands; ``start`` and ``end`` are None for a whole document.

    ``grade`` says how relevant it is, from 1 up, as the qrels of a BEIR folder grade it. Of a ``page`` the span is all
    that stands there, and each chunk of it an answer. Where another piece of evidence says the same, ``part`` is the
    place of that piece, from 0, in the evidence of the question: finding either is finding it. A piece has None.
    """

    doc_id: str
    start: int | None = None
    end: int | None = None
    grade: int = 1
    page: int | None = None
    part: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its answers and evidence; both are empty where the corpus holds no answer.

    ``type`` is one of `QUESTION_TYPES`, or empty where the source gives none. Questions without evidence
    are asked in the test split only. ``options`` are what a multiple-choice question lets one choose among. The pieces
    of evidence come first, then the spans that say the same as one of them; ``rejected`` are spans that somebody read
    and found not to answer.
    """

    query_id: str
    text: str
    type: str
    answers: list[str]
    evidence: list[Evidence]
    origin: Literal["gold", "synthetic"]
    split: Split
    options: list[str] = field(default_factory=list)
    rejected: list[Evidence] = field(default_factory=list)

    @property
    def pieces(self) -> list[Evidence]:
        """The evidence without the spans that only say again what a piece says."""
        return [evidence for evidence in self.evidence if evidence.part is None]


@dataclass(frozen=True, slots=True)
class WrittenText:
    """A passage that a teacher wrote for a question, to train on and for nothing else: an answer to it, or none."""

    query_id: str
    place: int
    kind: Literal["positive", "negative"]
    text: str


@dataclass(frozen=True, slots=True)
class SplitRow:
    """The split of one document; a ``group`` holds what must stay together, named after its first document."""

    doc_id: str
    group: str
    split: Split


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fused result or a candidate came from: its rank and score in another run."""

    system: str
    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of a run. ``rank`` counts from 1; ties in ``score`` are ordered by ``chunk_id``."""

    query_id: str
    chunk_id: str
    rank: int
    score: float
    sources: list[Source] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One candidate of negative mining and why it was kept or dropped.

    ``sources`` are the indexes that found it, by name; ``ratio`` is its teacher score over that of the positive that
    scores least, both None where a rule dropped it unscored; ``rule`` is one of `onggi.negatives.mining.RULES`.
    """

    query_id: str
    chunk_id: str
    sources: list[Source]
    score: float | None
    ratio: float | None
    rule: str


REFUSALS = ("unsupported", "unanswerable", "uncited")
"""Why a reader gives no answer: nothing supports one, the model says so, it cites nothing that it was given."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question; ``text`` is None where there is none, and ``reason`` says why.

    A reason that is none of `REFUSALS` is that of a failure: a model was asked and no reply came of it. ``contexts``
    are the chunks that were read, best first. ``chunk_id`` cites the first chunk that the answer was taken from, and
    ``place`` where in its file that stands; ``citations`` are all of them. ``invented`` counts what was cited and is
    none of the contexts.
    """

    query_id: str
    text: str | None
    chunk_id: str | None
    score: float
    contexts: list[str]
    place: str = ""
    citations: list[str] = field(default_factory=list)
    invented: int = 0
    reason: str = ""

    @property
    def failed(self) -> bool:
        """Whether no reply came, so that nothing is known of what the reader says."""
        return bool(self.reason) and self.reason not in REFUSALS
