"""The embedded judge: strings, abstention, citations, and RAGAS's context measures that need no LLM."""

from collections.abc import Mapping, Sequence

from onggi.evaluation import strings
from onggi.evaluation.contexts import score_contexts
from onggi.evaluation.judge import Case, Verdict
from onggi.evaluation.key_span import contains
from onggi.truth.relevance import ChunkIndex, target


class EmbeddedJudge:
    """Measures answers by comparing them with gold; needs no model.

    Parameters
    ----------
    index
        All chunks, to tell whether a cited one answers the question.
    """

    def __init__(self, index: ChunkIndex) -> None:
        self.index = index

    def judge(self, cases: Sequence[Case]) -> Verdict:
        """Return measures in four groups, ``string``, ``no_answer``, ``citation`` and ``ragas``, and why one lacks."""
        answerable = [case for case in cases if case.question.evidence]
        values = {
            "string": _strings([case for case in answerable if case.question.answers]),
            "no_answer": _no_answer(cases),
            "citation": self._citations([case for case in answerable if case.answer.text is not None]),
            "ragas": _contexts(answerable),
        }
        return Verdict({group: measures for group, measures in values.items() if measures}, _reasons(values))

    def _citations(self, answered: Sequence[Case]) -> dict[str, float]:
        correct = []
        for case in answered:
            wanted = target(case.question, self.index)
            chunk_id = case.answer.chunk_id
            cited = self.index.doc_of.get(chunk_id or "") if wanted.unit == "document" else chunk_id
            correct.append(float(cited in wanted.relevant))
        return _mean("accuracy", correct)


def _strings(cases: Sequence[Case]) -> dict[str, float]:
    # An abstention is no answer and gets 0; the empty string would match a gold answer of nothing.
    nothing = strings.Likeness(0.0, 0.0, 0.0)
    scores = [
        nothing if case.answer.text is None else strings.best(case.answer.text, case.question.answers) for case in cases
    ]
    held = [
        case.answer.text is not None
        and any(contains(case.answer.text, gold, case.question.text) for gold in case.question.answers)
        for case in cases
    ]
    return {
        **_mean("EM", [score.exact_match for score in scores]),
        **_mean("F1", [score.f1 for score in scores]),
        **_mean("ROUGE-L", [score.rouge_l for score in scores]),
        **_mean("contains", held),
    }


def _no_answer(cases: Sequence[Case]) -> dict[str, float]:
    """Abstaining as retrieval of the unanswerable: nothing can be said of it where every question has an answer."""
    unanswerable = sum(not case.question.evidence for case in cases)
    abstained = sum(case.answer.text is None for case in cases)
    both = sum(case.answer.text is None and not case.question.evidence for case in cases)
    if not unanswerable:
        return {}
    precision = {"precision": round(both / abstained, 4)} if abstained else {}
    return {
        **precision,
        "recall": round(both / unanswerable, 4),
        "F1": round(2 * both / (unanswerable + abstained), 4),
    }


def _contexts(answerable: Sequence[Case]) -> dict[str, float]:
    scores = score_contexts((case.contexts, case.references) for case in answerable)
    return {
        **_mean("non_llm_context_precision_with_reference", [score.precision for score in scores]),
        **_mean("non_llm_context_recall", [score.recall for score in scores]),
    }


def _reasons(values: Mapping[str, Mapping[str, float]]) -> dict[str, str]:
    reasons = {}
    if not values["string"]:
        reasons["string"] = "no answerable test question has both a gold answer and an answer row"
    if not values["no_answer"]:
        reasons["no_answer"] = "no test question is unanswerable"
    elif "precision" not in values["no_answer"]:
        reasons["no_answer.precision"] = "every question was answered"
    if not values["citation"]:
        reasons["citation"] = "no answerable test question was answered"
    if not values["ragas"]:
        reasons["ragas"] = "no answerable test question has an answer row"
    return reasons


def _mean(name: str, values: Sequence[float]) -> dict[str, float]:
    return {name: round(sum(values) / len(values), 4)} if values else {}
