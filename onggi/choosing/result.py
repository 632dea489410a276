"""What is written of a trial: how often, how fast and how rightly a model answered, each with its interval."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from onggi.choosing.intervals import Figure, mean, quantile
from onggi.choosing.params import Candidate, SampleParams
from onggi.choosing.sample import stratum
from onggi.choosing.trial import Trial
from onggi.core.schema import Answer, Question
from onggi.evaluation.key_span import contains
from onggi.evaluation.strings import best

MEASURED, NOT_MEASURED = "measured", "not measured"
ELSEWHERE = "runs elsewhere"
LATENCIES = {"p50": 0.5, "p95": 0.95}


def result(
    candidate: Candidate, trial: Trial, asked: Sequence[Question], drawn_from: Sequence[Question], params: SampleParams
) -> dict[str, Any]:
    """Return the content of ``metrics/llm/NAME.json``.

    Agreement with gold rests on the questions that got a reply; an abstention agrees with nothing. Refusals are shares
    of the replies: of the questions that the corpus does not answer, the more the better; of the others, the fewer.

    Parameters
    ----------
    asked, drawn_from
        The sample, and all questions it was drawn from.
    """
    about = {
        "backend": candidate.backend, "model": _model(candidate), "revision": _revision(candidate),
        "status": NOT_MEASURED if trial.reason else MEASURED, "sample": _sample(asked, drawn_from, params),
    }  # fmt: skip
    if trial.reason:
        return about | {"reason": trial.reason}
    pairs = list(zip(asked, trial.answers, strict=True))
    heard = [(question, answer) for question, answer in pairs if not answer.failed]

    def share(values: Sequence[tuple[Question, float]]) -> Figure:
        clusters = [_cluster(question) for question, _ in values]
        return mean([value for _, value in values], clusters, params.resamples, params.seed)

    graded = [(question, _graded(question, answer)) for question, answer in heard if _has_gold(question)]
    refused = [(question, float(answer.text is None)) for question, answer in heard]
    return about | {
        "success": share([(question, float(not answer.failed)) for question, answer in pairs]),
        "failures": dict(sorted(Counter(answer.reason for _, answer in pairs if answer.failed).items())),
        "agreement": {
            name: share([(question, grades[name]) for question, grades in graded]) for name in ("EM", "F1", "contains")
        },
        "refused": {
            "unanswerable": share([pair for pair in refused if not pair[0].evidence]),
            "answerable": share([pair for pair in refused if pair[0].evidence]),
        },
        "latency_s": {
            name: quantile(trial.calls, at, params.resamples, params.seed) for name, at in LATENCIES.items()
        },
        **_taken(trial),
    }  # fmt: skip


def _taken(trial: Trial) -> dict[str, Any]:
    """Return what was counted of the whole trial, of which there is one value each and no interval."""
    figures = trial.figures or {}
    written = figures.get("completion_tokens", 0)
    taken: dict[str, Any] = {
        "seconds": round(trial.seconds, 3),
        "loading_s": round(trial.loading, 3),
        "tokens": {
            "prompt": figures.get("prompt_tokens"),
            "completion": figures.get("completion_tokens"),
            "per_second": round(written / trial.seconds, 2) if written and trial.seconds else None,
        },
        "memory_mb": {
            "host": ELSEWHERE if trial.host_mb is None else trial.host_mb,
            "device": ELSEWHERE if trial.host_mb is None else figures.get("device_mb", 0),
        },
    }
    return taken | ({"usd": figures["usd"]} if "usd" in figures else {})


def _sample(asked: Sequence[Question], drawn_from: Sequence[Question], params: SampleParams) -> dict[str, Any]:
    drawn, of = Counter(map(stratum, asked)), Counter(map(stratum, drawn_from))
    strata = {name: f"{drawn[name]} of {of[name]}" for name in sorted(of)}
    return {"questions": len(asked), "splits": list(params.splits), "seed": params.seed, "strata": strata}


def _graded(question: Question, answer: Answer) -> dict[str, float]:
    if answer.text is None:
        return {"EM": 0.0, "F1": 0.0, "contains": 0.0}
    likeness = best(answer.text, question.answers)
    held = any(contains(answer.text, gold, question.text) for gold in question.answers)
    return {"EM": likeness.exact_match, "F1": likeness.f1, "contains": float(held)}


def _has_gold(question: Question) -> bool:
    return bool(question.evidence and question.answers)


def _cluster(question: Question) -> str:
    return question.evidence[0].doc_id if question.evidence else f"\0{question.query_id}"


def _model(candidate: Candidate) -> str:
    if candidate.hub is not None:
        return candidate.hub.name
    return candidate.model or (candidate.path if candidate.backend in ("transformers", "recorded") else "")


def _revision(candidate: Candidate) -> str | None:
    return candidate.hub.revision if candidate.hub is not None else candidate.revision
