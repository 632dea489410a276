"""The judge that is a language model: means, and beside each its coverage, its spread and its failures."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from onggi.core import tables
from onggi.core.schema import Document
from onggi.evaluation.judge import Case, Verdict
from onggi.evaluation.language.agreement import LABELLED, Labelled, cases_of, kappa, label_of, read_verdicts
from onggi.evaluation.language.asking import Answering, Foreseeing
from onggi.evaluation.language.measuring import Job, Score, is_known, jobs_of, measured
from onggi.evaluation.language.params import MEASURES, JudgeParams
from onggi.llm.backends import open_llm
from onggi.llm.messages import Failure
from onggi.llm.prompts import Prompts
from onggi.llm.role import Llm
from onggi.models.embedder import Embedder
from onggi.models.params import EmbedParams
from onggi.work import memo

SHOWN = 20
"""Failures that are listed; all are counted."""

Scored = tuple[Job, Score]


@dataclass
class LanguageJudge:
    """Measures answers as RAGAS does, by a language model.

    Parameters
    ----------
    llm
        The model.
    params
        How it is asked.
    prompts
        The folder of its prompts.
    embedder
        Compares questions, for answer_relevancy.
    labelled
        Answers that people judged, and the cases that they are.
    """

    llm: Llm
    params: JudgeParams
    prompts: Prompts
    embedder: Embedder
    labelled: Sequence[tuple[Labelled, Case]] = ()

    def judge(self, cases: Sequence[Case]) -> Verdict:
        """Return the measures by RAGAS's names in the group ``ragas``, and what is to be known of the judge.

        Raises
        ------
        LlmError
            See `onggi.llm.role.Llm.replies`.
        """
        jobs = [job for repeat in range(self.params.repeats) for case in cases for job in jobs_of(case, repeat)]
        beside = [Job(case, measure) for _, case in self.labelled for measure in LABELLED]
        if memo.active().planning:
            self._foresee([*jobs, *beside])
        scores = measured([*jobs, *beside], self.prompts, self.params, Answering(self.llm, self.embedder))
        scored = list(zip(jobs, scores, strict=False))
        of = {name: _Measured.of([each for each in scored if each[0].measure == name]) for name in MEASURES}
        about = {
            **self.llm.named(),
            "repeats": self.params.repeats,
            "coverage": {name: each.coverage() for name, each in of.items()},
            "spread": {name: spread for name, each in of.items() if (spread := each.spread())},
            "agreement": self._agreement(list(zip(beside, scores[len(jobs) :], strict=True))),
            "failures": {name: counted for name, each in of.items() if (counted := each.failures())},
            "failed": [line for each in of.values() for line in each.listed()][:SHOWN],
        }
        values: dict[str, float] = {name: round(fmean(each.means), 4) for name, each in of.items() if each.means}
        reasons: dict[str, str] = {name: each.reason() for name, each in of.items() if not each.means}
        return Verdict({"ragas": values}, reasons, {"judge": {key: value for key, value in about.items() if value}})

    def _foresee(self, jobs: Sequence[Job]) -> None:
        """End a plan here where replies are missing: counted are those that stand-ins for them lead to, too."""
        foreseeing = Foreseeing(self.llm, self.embedder)
        measured(jobs, self.prompts, self.params, foreseeing)
        list(self.llm.replies(foreseeing.requests))

    def _agreement(self, scored: Sequence[Scored]) -> dict[str, dict[str, float]]:
        """Return Cohen's kappa with the labels, the share that is equal, and how many answers they rest on."""
        found: dict[str, dict[str, float]] = {}
        labelled = [each for each, _ in self.labelled for _ in LABELLED]
        for name in LABELLED:
            pairs = [
                (label_of(score), each.label(name))
                for each, (job, score) in zip(labelled, scored, strict=True)
                if job.measure == name and not isinstance(score, Failure)
            ]
            if not pairs:
                continue
            ours, theirs = zip(*pairs, strict=True)
            agreed: dict[str, float] = {"answers": len(self.labelled), "judged": len(pairs)}
            agreed["equal"] = round(fmean(a == b for a, b in pairs), 4)
            if (value := kappa(ours, theirs)) is not None:
                agreed["kappa"] = round(value, 4)
            found[name] = agreed
        return found


@dataclass(frozen=True)
class _Measured:
    """What came of one measure: per case a score of each repeat."""

    cases: Sequence[Sequence[Scored]]
    means: Sequence[float]
    """The mean of each repeat over the cases that every repeat has a value of; empty where there are none."""

    @classmethod
    def of(cls, scored: Sequence[Scored]) -> "_Measured":
        by_case: dict[str, list[Scored]] = {}
        for job, score in scored:
            by_case.setdefault(job.case.question.query_id, []).append((job, score))
        whole = [
            values
            for repeats in by_case.values()
            if len(values := [score for _, score in repeats if not isinstance(score, Failure)]) == len(repeats)
        ]
        return cls(list(by_case.values()), [fmean(repeat) for repeat in zip(*whole, strict=True)])

    def failed(self) -> list[tuple[Job, Failure]]:
        """Return what failed, in any repeat."""
        return [(job, score) for case in self.cases for job, score in case if isinstance(score, Failure)]

    def coverage(self) -> dict[str, int]:
        """Return how many cases it is defined for, how many have a value, and of how many that needed no model."""
        failed = {job.case.question.query_id for job, _ in self.failed()}
        known = sum(is_known(case[0][0]) for case in self.cases)
        return {"of": len(self.cases), "measured": len(self.cases) - len(failed), "without_model": known}

    def spread(self) -> dict[str, float]:
        """Return how far the means of the repeats lie apart."""
        if len(self.means) < 2:
            return {}
        half_range = (max(self.means) - min(self.means)) / 2
        return {"half_range": round(half_range, 4), "std": round(stdev(self.means), 4)}

    def failures(self) -> dict[str, int]:
        """Return how often it failed, by reason."""
        return dict(sorted(Counter(failure.reason for _, failure in self.failed()).items()))

    def listed(self) -> list[dict[str, Any]]:
        """Return each failure as a line; what an endpoint said may be another time's, so only replies are shown."""
        return [
            {
                "query_id": job.case.question.query_id,
                "measure": job.measure,
                "repeat": job.repeat,
                "reason": failure.reason,
                "detail": failure.detail if failure.reason == "malformed" else "",
            }
            for job, failure in self.failed()
        ]

    def reason(self) -> str:
        """Return why there is no mean."""
        if not self.cases:
            return "no answer or gold answer that it could be measured on"
        told = ", ".join(f"{reason} {times}" for reason, times in self.failures().items())
        return f"the judge has no value of any of {len(self.cases)} ({told})"


def open_judge(params: JudgeParams, prompts: Path, models: Path, embed: EmbedParams, documents: Path) -> LanguageJudge:
    """Return the judge that params name; no model is loaded, and no network is asked, before a reply is missing.

    Parameters
    ----------
    prompts, models
        Folders of prompts and of all models.
    embed
        How the encoder is run.
    documents
        The documents table, which holds what the contexts of labelled answers quote.

    Raises
    ------
    OnggiError
        A folder, a file or a labelled answer is not what it should be.
    """
    labelled = read_verdicts(Path(params.verdicts))
    texts = ((document.doc_id, document.text) for document in tables.read(documents, Document)) if labelled else ()
    return LanguageJudge(
        open_llm(params, models),
        params,
        Prompts(prompts),
        Embedder(models / params.encoder, embed),
        list(zip(labelled, cases_of(labelled, texts), strict=True)),
    )
