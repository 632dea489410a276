"""Gold questions of a BEIR folder: queries.jsonl, qrels/*.tsv and, where there is one, answers.jsonl.

The layout is that of Thakur et al. 2021 (https://arxiv.org/abs/2104.08663). Its qrels name whole documents.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from onggi.core.errors import GoldError
from onggi.core.schema import QUESTION_TYPES, Split
from onggi.korean.normalize import nfc
from onggi.truth.labels import GoldQuestion, Quote, json_lines

SPLITS: tuple[Split, ...] = ("train", "dev", "test")
HEADER = ["query-id", "corpus-id", "score"]


def read_beir(folder: Path) -> list[GoldQuestion]:
    """Read the questions of a BEIR folder; those without a relevant document are left out.

    A folder with a ``qrels/train.tsv`` keeps its splits; in one with ``qrels/test.tsv`` alone the questions have none.

    Raises
    ------
    GoldError
        A file is missing or malformed, or qrels name a query that is not in queries.jsonl.
    """
    queries = folder / "queries.jsonl"
    lines: dict[str, tuple[str, str, str]] = {}
    for where, line in json_lines(queries):
        query_id, text = line.get("_id"), line.get("text")
        if not isinstance(query_id, str) or not isinstance(text, str) or not text.strip():
            raise GoldError(where, "a query needs a string _id and a text", "see the BEIR layout")
        if query_id in lines:
            fix = f"rename one; it is already used at {lines[query_id][0]}"
            raise GoldError(where, f"the id {query_id!r} appears twice", fix)
        metadata = line.get("metadata")
        kind = metadata.get("type") if isinstance(metadata, dict) else None
        lines[query_id] = (where, nfc(text), kind if kind in QUESTION_TYPES else "")
    answers = _answers(folder / "answers.jsonl")
    files = {split: folder / "qrels" / f"{split}.tsv" for split in SPLITS}
    keeps_splits = files["train"].exists()
    questions: dict[str, GoldQuestion] = {}
    present = [split for split, file in files.items() if file.exists()]
    if not present:
        raise GoldError(folder / "qrels", "holds no train.tsv, dev.tsv or test.tsv", "see the BEIR layout")
    for split in present:
        for where, query_id, doc_id in _qrels(files[split]):
            if query_id not in lines:
                raise GoldError(where, f"unknown query {query_id!r}", f"add it to {queries} or remove the line")
            if query_id not in questions:
                _, text, kind = lines[query_id]
                own = split if keeps_splits else None
                questions[query_id] = GoldQuestion(where, query_id, text, kind, answers.get(query_id, []), [], own)
            elif keeps_splits and questions[query_id].split != split:
                other = questions[query_id].where
                raise GoldError(where, f"the query {query_id!r} is in two splits", f"remove it here or at {other}")
            quotes = questions[query_id].quotes
            if nfc(doc_id) not in [quote.doc_id for quote in quotes]:
                quotes.append(Quote(where, nfc(doc_id), None))
    return list(questions.values())


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


def _qrels(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield ``file:line``, query id and document id of the relevant pairs."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise GoldError(path, f"not UTF-8 (byte {error.start})", "convert it to UTF-8") from None
    for number, line in enumerate(lines, 1):
        fields = line.rstrip("\r").split("\t")
        if fields == HEADER or not line.strip():
            continue
        where = f"{path}:{number}"
        if len(fields) != 3 or not re.fullmatch(r"-?[0-9]+", fields[2]):
            raise GoldError(where, f"got {line!r}", "write `query-id<TAB>corpus-id<TAB>score`")
        if int(fields[2]) > 0:
            yield where, fields[0], fields[1]
