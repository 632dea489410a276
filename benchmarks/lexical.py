"""What the lexical ground truth is worth: its pairs beside what people judged, and how systems rank by either.

``python -m benchmarks.lexical [dev|test]`` in a project that is built; the tables of docs/truths.md.
"""

import sys
from pathlib import Path

from onggi import settings
from onggi.assessment.lexical import lexical
from onggi.assessment.params import LexicalParams
from onggi.core import tables
from onggi.core.params import PARAMS
from onggi.core.schema import Chunk, Document, Question
from onggi.evaluation.measured import Measured
from onggi.evaluation.measures import mean
from onggi.truth.relevance import ChunkIndex

DATA = Path("data")
MEASURE = "nDCG@10"
PASSAGE_TOKENS, MOST = 60, 5
LEAST = (0.2, 0.25, 0.3, 0.35, 0.4)


def main(split: str) -> None:
    """Print a line for each text whose neighbours are looked for, and each least cosine."""
    documents = list(tables.read(DATA / "documents.parquet", Document))
    gold = list(tables.read(DATA / "questions" / "gold.parquet", Question))
    index = ChunkIndex.of(tables.read(DATA / "chunks.parquet", Chunk))
    depths = dict.fromkeys(settings.searchable(PARAMS), 100)
    by_gold = Measured.of(gold, split, depths, DATA / "runs", index, 2000)  # type: ignore[arg-type]
    known = {target.query_id: target for target in by_gold.targets}
    print(f"{split}, {len(known)} questions: of, least, questions, right, wrong, open; {MEASURE} by gold / lexical")
    for of in ("question", "answer", "evidence"):
        for least in LEAST:
            params = LexicalParams(of=of, passage_tokens=PASSAGE_TOKENS, most=MOST, least=least)
            truth = lexical(gold, lambda: documents, params)
            found = Measured.of(truth.questions, split, depths, DATA / "runs", index, 2000)  # type: ignore[arg-type]
            pairs = [(known[t.query_id], chunk_id) for t in found.targets for chunk_id in t.relevant]
            right = sum(chunk_id in t.relevant for t, chunk_id in pairs)
            wrong = sum(chunk_id in t.rejected - t.relevant for t, chunk_id in pairs)
            asked = [target.query_id for target in found.targets]
            by_system = [
                f"{system} {mean({q: by_gold.scores[system][MEASURE][q] for q in asked}):.3f}"
                f" / {mean(scores[MEASURE]):.3f}"
                for system, scores in found.scores.items()
                if asked
            ]
            print(of, least, len(asked), right, wrong, len(pairs) - right - wrong, *by_system, sep="  ")


if __name__ == "__main__":
    main(*sys.argv[1:] or ["dev"])
