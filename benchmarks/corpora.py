"""Corpora of any size to build, in BEIR's files, made of the sentences of the shared ones."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.data import beir

LINES_PER_DOCUMENT = 24
"""About eight chunks."""
QUESTIONS = 300


@dataclass(frozen=True, slots=True)
class Corpus:
    """Titles and texts of documents by id, and questions with the document that answers each."""

    documents: dict[str, tuple[str, str]]
    questions: dict[str, tuple[str, str]]

    def write(self, folder: Path) -> None:
        """Write corpus, queries and qrels into ``folder``."""
        (folder / "qrels").mkdir(parents=True, exist_ok=True)
        documents = self.documents.items()
        corpus = [{"_id": doc_id, "title": title, "text": text} for doc_id, (title, text) in documents]
        queries = [{"_id": query_id, "text": text} for query_id, (text, _) in self.questions.items()]
        for name, rows in (("corpus", corpus), ("queries", queries)):
            lines = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
            (folder / f"{name}.jsonl").write_text(lines, "utf-8")
        relevant = [f"{query_id}\t{doc_id}\t1\n" for query_id, (_, doc_id) in self.questions.items()]
        (folder / "qrels" / "test.tsv").write_text("".join(["query-id\tcorpus-id\tscore\n", *relevant]), "utf-8")

    def with_one_more(self) -> "Corpus":
        """Return the corpus with a document more: the first one's lines backwards."""
        title, text = next(iter(self.documents.values()))
        return Corpus({**self.documents, "z-added": (title, "\n".join(reversed(text.split("\n"))))}, self.questions)

    def renamed(self) -> "Corpus":
        """Return the corpus with another id for every document, their order kept."""
        documents = {f"renamed-{doc_id}": document for doc_id, document in self.documents.items()}
        asked = {query_id: (text, f"renamed-{doc_id}") for query_id, (text, doc_id) in self.questions.items()}
        return Corpus(documents, asked)


def welfare() -> Corpus:
    """Return the shared welfare pages with some of their questions."""
    data = beir("welfare")
    documents = dict(zip(data.doc_ids, map(_split, data.texts), strict=True))
    asked = zip(data.query_ids[:QUESTIONS], data.queries, data.relevant, strict=False)
    return Corpus(documents, {query_id: (text, data.doc_ids[min(rows)]) for query_id, text, rows in asked})


def mixed(documents: int) -> Corpus:
    """Return so many documents of lines of the shared texts; each is the front of one and the back of another.

    As in a real corpus hardly any line comes twice, so the memo does not help the first build.
    """
    pages, paragraphs = beir("welfare"), beir("korquad-a")
    lines = sorted({line for text in (*pages.texts, *paragraphs.texts) for line in text.split("\n") if line.strip()})
    random = np.random.default_rng(0)
    made = {}
    for number in range(documents):
        fronts, backs = random.choice(len(lines), (2, LINES_PER_DOCUMENT))
        spliced = [_spliced(lines[front], lines[back]) for front, back in zip(fronts, backs, strict=True)]
        made[f"{number:06}"] = _split("\n".join(spliced))
    asked = {
        query_id: (text, f"{number % documents:06}")
        for number, (query_id, text) in enumerate(zip(pages.query_ids[:QUESTIONS], pages.queries, strict=False))
    }
    return Corpus(made, asked)


def _spliced(front: str, back: str) -> str:
    """Return the first half of the words of one line and the second half of another's."""
    first, second = front.split(" "), back.split(" ")
    return " ".join([*first[: (len(first) + 1) // 2], *second[len(second) // 2 :]])


def _split(text: str) -> tuple[str, str]:
    """Return the first line of a text as its title, and the rest."""
    title, _, rest = text.partition("\n")
    return title, rest or title
