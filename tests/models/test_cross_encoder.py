from pathlib import Path

import numpy as np
import pytest
import torch
from FlagEmbedding import FlagReranker
from transformers import AutoTokenizer, XLMRobertaForSequenceClassification

from onggi.core.errors import ModelError
from onggi.models import network
from onggi.models.cross_encoder import CrossEncoder
from tests.models.random_models import save_cross_encoder

QUERY = "소금 창고는 언제 닫나요"


def scores(encoder: CrossEncoder, query: str, passages: list[str]) -> list[float]:
    """Return the score of each passage; each must come once."""
    found = list(encoder.scores([(query, passage) for passage in passages]))
    assert sorted(place for place, _ in found) == list(range(len(passages)))
    return [score for _, score in sorted(found)]


def test_the_sigmoid_of_a_plain_forward_pass(cross: Path, texts: list[str]) -> None:
    found = scores(CrossEncoder.load(cross, 64), QUERY, texts)
    plain = XLMRobertaForSequenceClassification.from_pretrained(cross).eval()
    tokenizer = AutoTokenizer.from_pretrained(cross)
    for text, score in zip(texts, found, strict=True):
        with torch.no_grad():
            logit = plain(**tokenizer(QUERY, text, truncation=True, max_length=64, return_tensors="pt")).logits.item()
        assert score == pytest.approx(1 / (1 + np.exp(-logit)), abs=1e-6)
    assert len(set(found)) > 10


def test_the_scores_of_flag_embedding(cross: Path, texts: list[str]) -> None:
    """A passage is longer than the limit: both cut it alone while the query is short.

    The query is of pieces that the vocabulary has: with transformers 5 FlagEmbedding turns ids to text and back again,
    and what is unknown comes back as other pieces.
    """
    query, passages = "소금 창고의 알림", [*texts, " ".join(texts)]
    theirs = FlagReranker(str(cross), use_fp16=False, devices="cpu", max_length=64, normalize=True)
    found = scores(CrossEncoder.load(cross, 64), query, passages)
    expected = theirs.compute_score_single_gpu([(query, passage) for passage in passages])
    assert found == pytest.approx(expected, abs=1e-5)


def test_padded_batches_give_the_same_scores_up_to_rounding(
    cross: Path, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = CrossEncoder.load(cross, 64)
    exact = scores(encoder, QUERY, ["독", *texts])
    monkeypatch.setattr(network, "pads", lambda: True)
    padded = scores(encoder, QUERY, ["독", *texts])
    assert padded == pytest.approx(exact, abs=1e-5)


def test_no_pair_has_no_score(cross: Path) -> None:
    assert list(CrossEncoder.load(cross, 64).scores([])) == []


def test_a_query_beyond_the_limit_is_cut(cross: Path) -> None:
    assert len(scores(CrossEncoder.load(cross, 16), "소금 창고 " * 40, ["독"])) == 1


def test_two_labels_are_refused(model: Path, tmp_path: Path) -> None:
    save_cross_encoder(tmp_path / "two", model, 2)
    with pytest.raises(ModelError, match="two: gives 2 scores a pair; choose a reranker with one"):
        CrossEncoder.load(tmp_path / "two", 64)


def test_a_missing_folder_and_missing_weights_are_one_line(model: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nowhere: cannot be loaded") as error:
        CrossEncoder.load(tmp_path / "nowhere", 64)
    assert "\n" not in str(error.value)
    save_cross_encoder(tmp_path / "empty", model, 1)
    (tmp_path / "empty" / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="empty: cannot be loaded"):
        CrossEncoder.load(tmp_path / "empty", 64)
