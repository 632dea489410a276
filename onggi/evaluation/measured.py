"""One split of the questions of a ground truth, and what every system scored on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from onggi.core.schema import Question, Split
from onggi.evaluation import runs
from onggi.evaluation.measures import JUDGED, Scores, cutoff, judged_share, score, short_of_budget
from onggi.evaluation.runs import Run
from onggi.truth.components import components
from onggi.truth.relevance import ChunkIndex, Target, targets
from onggi.truth.truths import GOLD


@dataclass(frozen=True, slots=True)
class Measured:
    """What was asked, what was to be found, what each system found, and its scores; systems in the order of the table.

    Runs hold what was found for questions without an answer too, of which nothing is scored.

    ``depths`` says how many chunks each system returns at most, ``short`` for how many questions those end before the
    token budget is used up: what looks deeper is left out. ``judged`` is the share of each system's first 10 hits that
    somebody has judged, without the systems of which it cannot be said. ``truth`` names what tells right from wrong,
    ``least`` is the grade from which evidence is right to measures that know no grades, and ``about`` says what
    questions are about where another truth knows it.
    """

    split: Split
    questions: Sequence[Question]
    targets: Sequence[Target]
    runs: Mapping[str, Run]
    scores: Mapping[str, Scores]
    depths: Mapping[str, int]
    short: Mapping[str, int]
    judged: Mapping[str, float] = field(default_factory=dict)
    truth: str = GOLD
    least: int = 1
    about: Mapping[str, str] = field(default_factory=dict)

    @property
    def clusters(self) -> dict[str, str]:
        """What each target is about, by query_id: the first of the documents that questions join with its own.

        Where gold knows it, it is so for every other truth, too: neighbours of half a corpus join all questions.
        """
        documents = {q.query_id: sorted({e.doc_id for e in q.pieces}) for q in self.questions if q.evidence}
        every = {doc_id for doc_ids in documents.values() for doc_id in doc_ids}
        first = {doc_id: name for name, held in components(every, documents.values()).items() for doc_id in held}
        return {t.query_id: self.about.get(t.query_id) or first[documents[t.query_id][0]] for t in self.targets}

    @classmethod
    def of(
        cls,
        gold: Sequence[Question],
        split: Split,
        depths: Mapping[str, int],
        folder: Path,
        index: ChunkIndex,
        token_budget: int,
        *,
        truth: str = GOLD,
        least: int = 1,
        about: Mapping[str, str] = MappingProxyType({}),
    ) -> "Measured":
        """Measure the runs ``SYSTEM.parquet`` of a folder on the questions of a split.

        Parameters
        ----------
        gold
            The questions of a truth, with what it calls right.
        split
            Which of them are measured.
        depths
            The systems, and how many chunks each returns at most.
        folder, index
            The runs, and the chunks that they name.
        token_budget
            Of recall within a budget.
        truth, least, about
            See the class.

        Raises
        ------
        TableError
            A run is missing, or is one of other chunks.
        """
        asked = [question for question in gold if question.split == split]
        wanted = targets(asked, index, least)
        query_ids = {question.query_id for question in asked}
        by_system = {system: runs.read(folder / f"{system}.parquet", query_ids, index) for system in depths}
        scores = {
            system: score(wanted, by_system[system], index, token_budget, depth) for system, depth in depths.items()
        }
        short = {
            system: short_of_budget(wanted, by_system[system], index, token_budget, depth)
            for system, depth in depths.items()
        }
        deep = [system for system, depth in depths.items() if depth >= cutoff(JUDGED)]
        shares = {system: judged_share(wanted, by_system[system], index) for system in deep}
        judged = {system: share for system, share in shares.items() if share is not None}
        return cls(split, asked, wanted, by_system, scores, depths, short, judged, truth, least, about)
