"""Embedding against FlagEmbedding's own encode: the same weights, texts and threads, in fp32 on the CPU."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from FlagEmbedding import FlagModel

from benchmarks.data import beir
from benchmarks.timing import compare
from onggi.models.base import BaseModelParams
from onggi.models.bootstrap import bootstrap
from onggi.models.encoder import EmbedParams, Encoder


def run() -> list[str]:
    """Return a line a measure."""
    data = beir("korquad-a")
    if data is None:
        return ["embed: skipped, ../shared/data/korquad-a is absent"]
    texts = data[0]
    params = EmbedParams.load()
    with TemporaryDirectory() as folder:
        bootstrap(texts, BaseModelParams.load().bootstrap, Path(folder))
        encoder = Encoder.load(Path(folder), params)
        peer = FlagModel(folder, pooling_method="mean", use_fp16=False, devices="cpu")

        def theirs() -> np.ndarray:
            return np.asarray(peer.encode(texts, max_length=params.passage_max_length))

        difference = float(np.abs(encoder.passages(texts, params) - theirs()).max())
        ratio = compare(lambda: encoder.passages(texts, params), theirs)
    return [f"embed: {ratio} as fast as FlagEmbedding (target 1.25); largest difference {difference:.1e}"]
