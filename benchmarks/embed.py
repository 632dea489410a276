"""Embedding against FlagEmbedding's own ``encode`` on the same weights, and what ONNX gives and costs."""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import ir_measures
import numpy as np
from FlagEmbedding import FlagModel
from ir_measures import Qrel, ScoredDoc, nDCG

from benchmarks.data import Beir, beir
from benchmarks.encoders import bootstrapped, deep, embed_params
from benchmarks.timing import Measure, faster
from onggi.models.embedder import Embedder, Vectors
from onggi.training.checkpoint import finetune
from onggi.training.params import FinetuneParams

TRAIN_QUESTIONS = 640
TEST_QUESTIONS = 3000


def measure() -> Iterator[Measure]:
    """Yield the ratios on two encoders, the largest difference of a vector's component, and those of ONNX."""
    texts = beir("korquad-a").texts
    with bootstrapped(texts) as folder:
        yield from _against_peer("bootstrap", folder, texts, 32)
        with deep(folder) as deeper:
            # FlagEmbedding encodes its first batch twice to find out its size, so the batch is small beside the whole.
            yield from _against_peer("deep", deeper, texts[:24], 4)
            yield _onnx_speed("deep", deeper, texts[:24])
    yield from _onnx_loss()


def _against_peer(name: str, folder: Path, texts: list[str], batch_size: int) -> Iterator[Measure]:
    embedder = Embedder(folder, embed_params())
    embedder.passages(texts[:1])  # loads the network
    flag = FlagModel(str(folder), pooling_method="mean", use_fp16=False, devices="cpu")
    vectors: dict[str, Vectors] = {}

    def ours() -> None:
        vectors["ours"] = embedder.passages(texts)

    def peer() -> None:
        vectors["peer"] = flag.encode(texts, max_length=512, batch_size=batch_size)

    note = f"{len(texts)} passages, FlagEmbedding with batches of {batch_size}"
    yield faster(f"embed.{name}", ours, peer, 3, ">= 1.25", note)
    difference = float(np.abs(vectors["ours"] - vectors["peer"]).max())
    yield Measure(f"embed.{name}.difference", difference, "", target="<= 1e-6", note="largest of any component")


def _onnx_speed(name: str, folder: Path, texts: list[str]) -> Measure:
    plain, int8 = Embedder(folder, embed_params()), Embedder(folder, embed_params("onnx"))
    for each in (plain, int8):
        each.passages(texts[:1])  # loads the network
    return faster(
        f"embed.{name}.onnx",
        lambda: int8.passages(texts),
        lambda: plain.passages(texts),
        note=f"{len(texts)} passages, int8 in ONNX Runtime against torch",
    )


def _onnx_loss() -> Iterator[Measure]:
    """Tune the bootstrap encoder, whose layers do nothing before that, and compare both runtimes on other questions."""
    data = beir("welfare")
    with bootstrapped(data.texts) as base, TemporaryDirectory() as work:
        tuned = Path(work) / "tuned"
        finetune(base, _training_file(data, Path(work)), tuned, _training(), embed_params())
        yield _onnx_speed("tuned", tuned, data.texts)
        quality = {}
        for runtime in ("torch", "onnx"):
            embedder = Embedder(tuned, embed_params(runtime))
            asked = range(TRAIN_QUESTIONS, TRAIN_QUESTIONS + TEST_QUESTIONS)
            queries = embedder.queries([data.queries[place] for place in asked])
            quality[runtime] = _ndcg(queries @ embedder.passages(data.texts).T, [data.relevant[p] for p in asked])
    note = f"of nDCG@10 on {TEST_QUESTIONS} questions of welfare: {quality['torch']:.4f} to {quality['onnx']:.4f}"
    yield Measure("embed.tuned.onnx.loss", quality["torch"] - quality["onnx"], "", note=note)


def _training_file(data: Beir, work: Path) -> Path:
    path = work / "train.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for place in range(TRAIN_QUESTIONS):
            (positive, *_) = sorted(data.relevant[place])
            other = data.texts[(positive + 1) % len(data.texts)]
            row = {"query": data.queries[place], "pos": [data.texts[positive]], "neg": [other]}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


def _training() -> FinetuneParams:
    return FinetuneParams(
        base="base",
        learning_rate=0.003, temperature=0.02, train_group_size=2, num_train_epochs=1.0, per_device_train_batch_size=32,
        gradient_accumulation_steps=1, warmup_ratio=0.1, weight_decay=0.0, query_max_len=64, passage_max_len=128,
        precision="fp32", gradient_checkpointing=False, seed=42,
    )  # fmt: skip


def _ndcg(scores: Vectors, relevant: list[set[int]]) -> float:
    """Return the mean nDCG@10 of scores, (queries, documents)."""
    best = np.argsort(-scores, axis=1, kind="stable")[:, :10]
    run = [ScoredDoc(str(q), str(d), float(scores[q, d])) for q, rows in enumerate(best) for d in rows]
    qrels = [Qrel(str(q), str(d), 1) for q, rows in enumerate(relevant) for d in rows]
    return float(ir_measures.calc_aggregate([nDCG @ 10], qrels, run)[nDCG @ 10])
