"""Documents of one chunk or some, and settings, for the tests of this room."""

from collections.abc import Sequence
from typing import Any

from onggi.core.schema import QUESTION_TYPES, Chunk
from onggi.synthesis.drafts import SourceDocument
from onggi.synthesis.params import SynthesizeParams, TeacherParams

SETTINGS: dict[str, Any] = {
    "types": list(QUESTION_TYPES),
    "per_type": None,
    "per_chunk": 10,
    "per_document": None,
    "min_chars": 8,
    "max_chars": 80,
    "max_overlap": 1.0,
    "alike": 1.0,
    "index": "bm25",
    "round_trip_k": 1,
}


def params(**changed: object) -> SynthesizeParams:
    return SynthesizeParams.model_validate({**SETTINGS, **changed})


def teacher(**changed: object) -> TeacherParams:
    given = {"backend": "openai", "model": "m", "path": "none.jsonl", "critic": None, "max_failed": 1.0}
    return TeacherParams.model_validate({**given, **changed})


def document(*texts: str, name: str = "a.md", heading: str = "장독 대여 사업", gap: str = "\n\n") -> SourceDocument:
    """Return a document whose chunks are these texts, one after the other."""
    chunks: list[Chunk] = []
    start = 0
    for text in texts:
        end = start + len(text)
        chunks.append(Chunk(f"{name}#{start}-{end}", name, start, end, text, 9, heading))
        start = end + len(gap)
    return SourceDocument(name, gap.join(texts), tuple(chunks))


def find_own(documents: Sequence[SourceDocument]) -> Any:
    """Return a retriever that finds all chunks of the documents, in their order."""
    ids = [chunk.chunk_id for source in documents for chunk in source.chunks]
    return lambda texts, top_k: [ids[:top_k]] * len(texts)
