"""Documents, questions and runs so small that their pool can be told by hand."""

from pathlib import Path

from ruamel.yaml import YAML

from onggi.core import tables
from onggi.core.schema import Chunk, Document, Evidence, Hit, Question

TEXTS = {
    "장독대/안내.md": "장독은 매달 첫 월요일에 씻는다.\n뚜껑은 볕이 좋은 날에 연다.\n문의는 장독지기에게 한다.",
    "장독대/소식.md": "이번 달 소식입니다.\n매달 첫 월요일은 장독 씻는 날이에요.\n<b>볕</b> 좋은 날을 기다립니다 😀.",
}
DOCUMENTS = [Document(doc_id, doc_id, "", "md", text) for doc_id, text in sorted(TEXTS.items())]


def lines(doc_id: str) -> list[Chunk]:
    """Return a chunk for each line of a document."""
    chunks, start = [], 0
    for n, line in enumerate(TEXTS[doc_id].split("\n")):
        chunks.append(
            Chunk(f"{doc_id}#{n}", doc_id, start, start + len(line), line, 9, "장독대", place=f"line {n + 1}")
        )
        start += len(line) + 1
    return chunks


NEWS, GUIDE = lines("장독대/소식.md"), lines("장독대/안내.md")
CHUNKS = [*NEWS, *GUIDE]


def evidence(chunk: Chunk) -> Evidence:
    return Evidence(chunk.doc_id, chunk.start, chunk.end)


WHEN = Question("q1", "장독은 언제 씻나요?", "절차", ["매달 첫 월요일"], [evidence(GUIDE[0])], "gold", "test")
BOTH = Question(
    "q2",
    "씻는 날과 여는 날은?",
    "비교",
    ["첫 월요일, 볕 좋은 날"],
    [evidence(GUIDE[0]), evidence(GUIDE[1])],
    "gold",
    "dev",
)
TRAIN = Question("q3", "문의는 누구에게?", "정의", ["장독지기"], [evidence(GUIDE[2])], "gold", "train")
NONE = Question("q4", "장독은 몇 개인가요?", "정의", [], [], "gold", "test")
QUESTIONS = [WHEN, BOTH, TRAIN, NONE]

RUNS = {
    "bm25": [GUIDE[0], NEWS[1], NEWS[0], GUIDE[1], GUIDE[2]],
    "both": [GUIDE[2], GUIDE[0], GUIDE[1], NEWS[0], NEWS[2]],
}


def write(folder: Path, judgments: str = "judgments.jsonl") -> None:
    """Write params.yaml and all tables of a build."""
    section = {"path": "questions.jsonl", "judgments": judgments}
    indexes = {"bm25": {"encoder": "kiwi", "kind": "bm25"}}
    systems = {"both": {"fuse": ["bm25", "bm25"], "by": "rrf"}}
    YAML().dump({"gold": section, "indexes": indexes, "systems": systems}, folder / "params.yaml")
    data = folder / "data"
    tables.write(data / "documents.parquet", Document, DOCUMENTS)
    tables.write(data / "chunks.parquet", Chunk, CHUNKS)
    tables.write(data / "questions" / "gold.parquet", Question, QUESTIONS)
    for name, chunks in RUNS.items():
        hits = [Hit(q.query_id, c.chunk_id, rank, 1 / rank) for q in QUESTIONS for rank, c in enumerate(chunks, 1)]
        tables.write(data / "runs" / f"{name}.parquet", Hit, hits)
