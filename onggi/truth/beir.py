"""Gold questions of a BEIR folder: queries.jsonl, qrels/*.tsv and, where there is one, answers.jsonl.

The layout is that of Thakur et al. 2021 (https://arxiv.org/abs/2104.08663). Its qrels grade whole
documents.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from onggi.core.errors import GoldError
from onggi.core.schema import QUESTION_TYPES, Split
from onggi.korean.normalize import nfc
from onggi.truth.labels import SPLITS, GoldQuestion, Quote, json_lines, shortened

HEADER = ["query-id", "corpus-id", "score"]
MOST = 100
"""The highest grade: trec_eval counts in an array as long as the highest."""

_SCORE = re.compile(r"-?[0-9]+")


def read_beir(folder: Path) -> list[GoldQuestion]:
    """Read the questions of a BEIR folder; those without a relevant document are left out.

    A folder with a ``qrels/train.tsv``, or with more than one of train, dev and test, keeps its splits; the questions
    of a lone ``test.tsv`` or ``dev.tsv`` have none, so that there is something to train on.

    Raises
    ------
    GoldError
        A file is missing or malformed, ``qrels`` is a link, or qrels name a query that is not in queries.jsonl.
    """
    queries = folder / "queries.jsonl"
    asked = _queries(queries)
    answers = _answers(folder / "answers.jsonl")
    files = _files(folder / "qrels")
    keeps_splits = "train" in files or len(files) > 1
    questions: dict[str, GoldQuestion] = {}
    graded: dict[tuple[str, str], Quote] = {}
    for split, file in files.items():
        for where, query_id, doc_id, grade in _qrels(file):
            if query_id not in asked:
                raise GoldError(where, f"unknown query {query_id!r}", f"add it to {queries} or remove the line")
            if query_id not in questions:
                own = split if keeps_splits else None
                text, kind = asked[query_id]
                questions[query_id] = GoldQuestion(where, query_id, text, kind, answers.get(query_id, []), [], own)
            elif keeps_splits and questions[query_id].split != split:
                other = questions[query_id].where
                raise GoldError(where, f"the query {query_id!r} is in two splits", f"remove it here or at {other}")
            quote = graded.setdefault((query_id, doc_id), Quote(where, doc_id, None, grade))
            if quote.grade != grade:
                what = f"grades {query_id!r} and {doc_id!r} {grade}, {quote.where} {quote.grade}"
                raise GoldError(where, what, "remove one of the two")
            if quote.where == where:
                questions[query_id].quotes.append(quote)
    return list(questions.values())


def _queries(path: Path) -> dict[str, tuple[str, str]]:
    """Return the text and the type of each query by its id."""
    queries: dict[str, tuple[str, str]] = {}
    places: dict[str, str] = {}
    for where, line in json_lines(path):
        query_id, text = line.get("_id"), line.get("text")
        if not isinstance(query_id, str) or not isinstance(text, str) or not text.strip():
            raise GoldError(where, "a query needs a string _id and a text", "see the BEIR layout")
        if query_id in queries:
            fix = f"rename one; it is already used at {places[query_id]}"
            raise GoldError(where, f"the id {query_id!r} appears twice", fix)
        metadata = line.get("metadata")
        kind = metadata.get("type") if isinstance(metadata, dict) else None
        queries[query_id], places[query_id] = (nfc(text), kind if kind in QUESTION_TYPES else ""), where
    return queries


def _files(qrels: Path) -> dict[Split, Path]:
    """Return the files of qrels by their split; at least one."""
    if qrels.is_symlink():
        raise GoldError(
            qrels, "is a link, and DVC does not see when what it leads to changes", "put the folder itself there"
        )
    files = {split: qrels / f"{split}.tsv" for split in SPLITS if (qrels / f"{split}.tsv").exists()}
    if not files:
        raise GoldError(qrels, "holds no train.tsv, dev.tsv or test.tsv", "see the BEIR layout")
    return files


def _answers(path: Path) -> dict[str, list[str]]:
    if not path.exists():
        return {}
    result = {}
    for where, line in json_lines(path):
        answers = line.get("answers")
        texts = isinstance(answers, list) and all(isinstance(answer, str) for answer in answers)
        if not isinstance(line.get("_id"), str) or not texts:
            raise GoldError(where, "answers need a string _id and a list of strings", "see the BEIR layout")
        result[line["_id"]] = [nfc(answer) for answer in answers or []]
    return result


def _qrels(path: Path) -> Iterator[tuple[str, str, str, int]]:
    """Yield ``file:line``, query id, document id and grade of the relevant pairs."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise GoldError(path, f"not UTF-8 (byte {error.start})", "convert it to UTF-8") from None
    for number, line in enumerate(lines, 1):
        fields = line.rstrip("\r").split("\t")
        if fields == HEADER or not line.strip():
            continue
        where = f"{path}:{number}"
        if len(fields) != 3 or not _SCORE.fullmatch(fields[2]):
            raise GoldError(where, f"got {shortened(line)!r}", "write `query-id<TAB>corpus-id<TAB>score`")
        digits = fields[2].lstrip("-0")
        if fields[2].startswith("-") or not digits:
            continue
        if len(digits) > len(str(MOST)) or int(digits) > MOST:
            raise GoldError(where, f"the score is {shortened(fields[2])}", f"grade from 0 (not relevant) to {MOST}")
        yield where, fields[0], nfc(fields[1]), int(digits)
