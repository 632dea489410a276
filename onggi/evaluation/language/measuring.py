"""RAGAS's five measures of cases, by RAGAS's own metric classes, all of them in the same rounds.

What is judged follows from what was answered and what gold knows: an answer is faithful or not whether the corpus
answers the question or not; contexts and correctness need a gold answer, and of several the first is it. An abstention
says nothing that could be unfaithful or beside the point, so those two leave it out; it is no right answer either, and
its factual correctness is 0, as its exact match is. Without contexts nothing said is supported, and no fact met: 0.
"""

from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ragas.metrics.collections.answer_relevancy import AnswerRelevancy
from ragas.metrics.collections.context_precision import ContextPrecisionWithReference
from ragas.metrics.collections.context_recall import ContextRecall
from ragas.metrics.collections.factual_correctness import FactualCorrectness
from ragas.metrics.collections.faithfulness import Faithfulness

from onggi.evaluation.judge import Case
from onggi.evaluation.language.asking import Answering, Asked, Asking, Vectors, Worded
from onggi.evaluation.language.params import JudgeParams, Measure
from onggi.evaluation.language.rounds import Rounds, Unanswered
from onggi.llm.messages import Failure
from onggi.llm.prompts import Prompts


@dataclass(frozen=True)
class Job:
    """One measure of one case in one repeat."""

    case: Case
    measure: Measure
    repeat: int = 0


Score = float | Failure
"""What came of a job: a value, or why there is none."""


def jobs_of(case: Case, repeat: int) -> list[Job]:
    """Return what is measured of a case (see the module)."""
    measures: list[Measure] = []
    if said(case):
        measures += ["faithfulness", "answer_relevancy"]
    if case.question.evidence and case.question.answers:
        measures += ["llm_context_precision_with_reference", "context_recall", "factual_correctness"]
    return [Job(case, measure, repeat) for measure in measures]


def said(case: Case) -> str:
    """Return what was answered; empty for an abstention."""
    return (case.answer.text or "").strip()


def is_known(job: Job) -> bool:
    """Tell whether a score is 0 whatever a model says: of what there is nothing to be judged."""
    if job.measure == "factual_correctness":
        return not said(job.case)
    return job.measure != "answer_relevancy" and not job.case.contexts


def measured(jobs: Sequence[Job], prompts: Prompts, params: JudgeParams, answering: Answering) -> list[Score]:
    """Return the score of each job, in order; all that they ask together makes few and large batches."""
    rounds: Rounds[Asked] = Rounds(answering)
    asked = [job for job in jobs if not is_known(job)]
    scores = iter(rounds.run(_each(asked, rounds, prompts, params)))
    return [0.0 if is_known(job) else _score(next(scores)) for job in jobs]


def _each(
    jobs: Iterable[Job], rounds: Rounds[Asked], prompts: Prompts, params: JudgeParams
) -> Iterable[Coroutine[Any, Any, Any]]:
    vectors = Vectors(rounds)
    for job in jobs:
        yield _measure(job, Asking(rounds, prompts, params, job.repeat), vectors, params)


def _measure(job: Job, asking: Asking, vectors: Vectors, params: JudgeParams) -> Coroutine[Any, Any, Any]:
    """Return RAGAS's coroutine that measures a case, its prompts replaced by ours."""
    question, answer = job.case.question.text, said(job.case)
    contexts = list(job.case.contexts)
    gold = next(iter(job.case.question.answers), "")
    metric: Any
    match job.measure:
        case "faithfulness":
            metric = Faithfulness(asking)
            metric.statement_generator_prompt = Worded("statements")
            metric.nli_statement_prompt = Worded("entailed")
            return metric.ascore(question, answer, contexts)  # type: ignore[no-any-return]
        case "answer_relevancy":
            metric = AnswerRelevancy(asking, vectors, strictness=params.generated_questions)
            metric.prompt = Worded("question")
            return metric.ascore(question, answer)  # type: ignore[no-any-return]
        case "llm_context_precision_with_reference":
            metric = ContextPrecisionWithReference(asking)
            metric.prompt = Worded("context")
            return metric.ascore(question, gold, contexts)  # type: ignore[no-any-return]
        case "context_recall":
            metric = ContextRecall(asking)
            metric.prompt = Worded("recall")
            return metric.ascore(question, contexts, gold)  # type: ignore[no-any-return]
        case "factual_correctness":
            metric = FactualCorrectness(asking)
            metric.prompt = Worded("claims", question=question)
            metric.nli_prompt = Worded("confirmed", question=question)
            return metric.ascore(answer, gold)  # type: ignore[no-any-return]


def _score(outcome: Any) -> Score:
    if isinstance(outcome, Unanswered):
        return outcome.args[0]  # type: ignore[no-any-return]
    value = float(outcome.value)
    return value if value == value else Failure("nothing_to_judge", "the judge found no statement")
