"""What mining leaves behind: FlagEmbedding's training file and the audit, written in one pass."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from onggi.core import tables
from onggi.core.errors import LeakError
from onggi.core.outs import replacing
from onggi.core.schema import Candidate, Question
from onggi.korean.normalize import squash
from onggi.negatives.corpus import Corpus
from onggi.negatives.mining import RULES, Example
from onggi.truth.leaks import alike


def write(
    train: Path, audit: Path, examples: Iterable[Example], corpus: Corpus, held_out: Sequence[Question], similar: float
) -> dict[str, Any]:
    """Write the examples that have a negative and the audit of all; return what was counted.

    Examples come one at a time, ordered by query id, and none is kept.

    Raises
    ------
    LeakError
        An example shows training anything held out (see `check_leaks`); then nothing is written.
    """
    counts: Counter[str] = Counter()
    rules: Counter[str] = Counter()

    with replacing(train) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:

        def candidates() -> Iterator[Candidate]:
            for example in check_leaks(examples, corpus, held_out, similar):
                counts["questions"] += 1
                counts["without_negatives"] += not (example.negatives or example.more_negatives)
                rules.update(candidate.rule for candidate in example.audit)
                if example.negatives or example.more_negatives:
                    counts["positives"] += len(example.positives) + len(example.more_positives)
                    line = as_flag_embedding(example, corpus)
                    file.write(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n")
                yield from example.audit

        tables.write(audit, Candidate, candidates())
    of_all = {name: counts[name] for name in ("questions", "without_negatives", "positives")}
    return {**of_all, "candidates": {rule: rules[rule] for rule in RULES}}


def check_leaks(
    examples: Iterable[Example], corpus: Corpus, held_out: Sequence[Question], similar: float
) -> Iterator[Example]:
    """Pass examples on as long as none shows training anything held out; ``similar`` is of `onggi.truth.leaks`.

    Raises
    ------
    LeakError
        A positive or a negative is a chunk that training may not see, or a question is a held-out one or, as is found
        after the last, a near-duplicate of one.
    """
    asked: list[Question] = []
    forbidden = {squash(question.text) for question in held_out}
    for example in examples:
        where = f"mine: {example.question.query_id}"
        for chunk_id, _ in (*example.positives, *example.negatives):
            if not corpus.may_train(chunk_id):
                raise LeakError(where, f"{chunk_id} is held out of training", "report this as a bug")
        if squash(example.question.text) in forbidden:
            raise LeakError(where, "is a question of the dev or test split", "remove it from the training questions")
        asked.append(example.question)
        yield example
    near = alike([question.text for question in asked], [question.text for question in held_out], similar)
    if near:
        where, what = f"mine: {asked[min(near)].query_id}", "is a near-duplicate of a question of the dev or test split"
        raise LeakError(where, what, "remove it from the training questions")


def as_flag_embedding(example: Example, corpus: Corpus) -> dict[str, object]:
    """Return an example as a line of FlagEmbedding's training file."""
    positives = [(corpus.passage(chunk_id), score) for chunk_id, score in example.positives] + example.more_positives
    negatives = example.more_negatives + [(corpus.passage(chunk_id), score) for chunk_id, score in example.negatives]
    return {
        "query": example.question.text,
        "pos": [text for text, _ in positives],
        "neg": [text for text, _ in negatives],
        "pos_scores": [round(score, 6) for _, score in positives],
        "neg_scores": [round(score, 6) for _, score in negatives],
    }
