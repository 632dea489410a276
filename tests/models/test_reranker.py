from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer, XLMRobertaConfig, XLMRobertaForSequenceClassification

from onggi.core.errors import ModelError
from onggi.korean.kiwi import CONTENT_TAGS, analyze
from onggi.models import reranker as module
from onggi.models.encoder import EmbedParams, Encoder
from onggi.models.reranker import CrossEncoder, LateInteraction, RerankerParams, load_reranker

QUERY = "소금 창고는 언제 닫나요"


def cross(folder: Path, max_length: int = 64) -> RerankerParams:
    return RerankerParams(kind="cross_encoder", name=str(folder), revision="local", max_length=max_length)


def save_cross_encoder(folder: Path, model: Path, labels: int) -> Path:
    """Write a random cross-encoder with the tokenizer of ``model``."""
    torch.manual_seed(5)
    config = XLMRobertaConfig(
        vocab_size=300, hidden_size=24, num_hidden_layers=2, num_attention_heads=2, intermediate_size=40,
        max_position_embeddings=70, pad_token_id=1, bos_token_id=0, eos_token_id=2, num_labels=labels,
        initializer_range=0.5,
    )  # fmt: skip
    XLMRobertaForSequenceClassification(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(model).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_cross_encoder(tmp_path_factory.mktemp("reranker"), model, 1)


@pytest.fixture(scope="module")
def late(model: Path, embed: EmbedParams) -> LateInteraction:
    return LateInteraction(Encoder.load(model, embed), embed)


def test_late_interaction_is_the_weighted_mean_of_squared_best_cosines(
    late: LateInteraction, texts: list[str], embed: EmbedParams
) -> None:
    query = late.encoder.tokens([QUERY], embed.query_max_length)[0].astype(np.float64)
    offsets = late.encoder.tokenizer(QUERY, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
    content = [morpheme for morpheme in analyze(QUERY) if morpheme.tag in CONTENT_TAGS]
    own = [any(start < m.end and m.start < end for m in content) for start, end in offsets]
    assert {True, False} == set(own)
    for text, score in zip(texts, late.score(QUERY, texts), strict=True):
        passage = late.encoder.tokens([text], embed.passage_max_length)[0].astype(np.float64)
        total = reached = 0.0
        for token, counts in zip(query, own, strict=True):
            length = np.linalg.norm(token)
            if not counts or length == 0:
                continue
            cosines = [token @ other / length / np.linalg.norm(other) for other in passage if other.any()]
            total += length**2
            reached += length**2 * max(0.0, *cosines) ** 2
        assert score == pytest.approx(reached / total, abs=1e-5)


def test_a_question_without_content_counts_every_token(late: LateInteraction, texts: list[str]) -> None:
    assert not [morpheme for morpheme in analyze("이것은 무엇인가요?") if morpheme.tag in CONTENT_TAGS]
    assert late.score("이것은 무엇인가요?", texts[:3]).max() > 0


def test_the_passage_that_holds_the_question_wins(late: LateInteraction, texts: list[str]) -> None:
    (wanted,) = [place for place, text in enumerate(texts) if "소금 창고" in text and "겨울에는" in text]
    assert int(late.score("소금 창고는 겨울에 예약을 받나요", texts).argmax()) == wanted


@settings(max_examples=30, deadline=None)
@given(st.text("가나다 소금독.?", max_size=30), st.lists(st.text("가나다 소금독.?", max_size=60), max_size=5))
def test_late_scores_are_shares_and_depend_on_the_pair_alone(
    late: LateInteraction, query: str, passages: list[str]
) -> None:
    scores = late.score(query, passages)
    assert scores.shape == (len(passages),)
    assert ((scores >= 0) & (scores <= 1 + 1e-6)).all()
    assert [late.score(query, [passage])[0] for passage in passages] == scores.tolist()


def test_no_more_passages_are_held_than_allowed(
    model: Path, texts: list[str], embed: EmbedParams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PASSAGES_HELD", 3)
    small = LateInteraction(Encoder.load(model, embed), embed)
    free = small.score(QUERY, texts)
    assert list(small._held) == texts[-3:]
    small.score(QUERY, [texts[-2], texts[0], texts[0]])
    assert list(small._held) == [texts[-1], texts[-2], texts[0]]
    assert (small.score(QUERY, texts) == free).all()


def test_a_cross_encoder_gives_the_sigmoid_of_its_score(folder: Path, model: Path, texts: list[str]) -> None:
    reranker = load_reranker(cross(folder), model, EmbedParams.model_construct())
    scores = reranker.score(QUERY, texts)
    plain, tokenizer = (
        XLMRobertaForSequenceClassification.from_pretrained(folder).eval(),
        AutoTokenizer.from_pretrained(folder),
    )
    for text, score in zip(texts, scores, strict=True):
        with torch.no_grad():
            logit = plain(**tokenizer(QUERY, text, truncation=True, max_length=64, return_tensors="pt")).logits.item()
        assert score == pytest.approx(1 / (1 + np.exp(-logit)), abs=1e-6)
    assert len(set(scores.tolist())) > 10
    assert reranker.score(QUERY, []).shape == (0,)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text("가나다 소금독.?", max_size=60), min_size=1, max_size=12))
def test_a_pair_has_the_same_bits_alone_and_in_any_company(folder: Path, passages: list[str]) -> None:
    reranker = CrossEncoder.load(cross(folder))
    together = reranker.score(QUERY, passages)
    assert [reranker.score(QUERY, [passage])[0] for passage in passages] == together.tolist()


def test_a_query_beyond_the_limit_is_cut(folder: Path) -> None:
    assert CrossEncoder.load(cross(folder, 16)).score("소금 창고 " * 40, ["독"]).shape == (1,)


def test_two_labels_are_refused(model: Path, tmp_path: Path) -> None:
    save_cross_encoder(tmp_path / "two", model, 2)
    with pytest.raises(ModelError, match="two: gives 2 scores a pair; choose a reranker with one"):
        CrossEncoder.load(cross(tmp_path / "two"))


def test_a_missing_folder_and_missing_weights_are_one_line(model: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nowhere: cannot be loaded") as error:
        CrossEncoder.load(cross(tmp_path / "nowhere"))
    assert "\n" not in str(error.value)
    save_cross_encoder(tmp_path / "empty", model, 1)
    (tmp_path / "empty" / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="empty: cannot be loaded"):
        CrossEncoder.load(cross(tmp_path / "empty"))
