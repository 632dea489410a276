from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer, XLMRobertaForSequenceClassification

from onggi.core.errors import ModelError
from onggi.models.classifier import ClassifierReranker
from onggi.work import journal, memo
from onggi.work.store import Store
from tests.models.random_models import save_cross_encoder

PAIRS = [(query, passage) for query in ("소금 창고는?", "누룩방 문의") for passage in ("소금 창고", "독", "누룩 " * 9)]


@pytest.fixture(scope="module")
def three(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_cross_encoder(tmp_path_factory.mktemp("three"), model, 3)


@pytest.mark.parametrize("label", [0, 1, 2])
def test_the_softmax_of_a_label(three: Path, label: int) -> None:
    plain = XLMRobertaForSequenceClassification.from_pretrained(three).eval()
    tokenizer = AutoTokenizer.from_pretrained(three)
    found = list(ClassifierReranker(three, 64, label).score(iter(PAIRS)))
    for pair, score in zip(PAIRS, found, strict=True):
        with torch.no_grad():
            logits = plain(**tokenizer(*pair, truncation=True, max_length=64, return_tensors="pt")).logits
        assert score == pytest.approx(torch.softmax(logits, -1)[0, label].item(), abs=1e-6)
    assert len(set(found)) == len(PAIRS)


def test_a_pair_alone_has_the_bits_it_has_among_many(three: Path) -> None:
    scorer = ClassifierReranker(three, 64, 1).scorer
    among = dict(scorer.scores(PAIRS * 3))
    assert [dict(scorer.scores([pair]))[0] for pair in PAIRS] == [among[place] for place in range(len(PAIRS))]


def test_each_label_has_rows_of_its_own_and_they_are_held(three: Path, tmp_path: Path) -> None:
    with memo.using(memo.Memo(Store(tmp_path / "memo.sqlite"))):
        first = list(ClassifierReranker(three, 64, 0).score(PAIRS))
        with journal.recording("compose", tmp_path / "journal.jsonl") as entry:
            again = ClassifierReranker(three, 64, 0)
            assert list(again.score(PAIRS)) == first
            assert "scorer" not in vars(again)
            assert list(ClassifierReranker(three, 64, 1).score(PAIRS)) != first
        assert (entry.works["scores"].held, entry.works["scores"].computed) == (len(PAIRS), len(PAIRS))


def test_labels_that_are_not_there(three: Path, cross: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        list(ClassifierReranker(three, 64, 3).score(PAIRS))
    assert "has no label 3; its labels are 0 (LABEL_0), 1 (LABEL_1), 2 (LABEL_2)" in str(caught.value)
    with pytest.raises(ModelError, match="gives one score a pair, no labels; leave label out"):
        list(ClassifierReranker(cross, 64, 0).score(PAIRS))
    with pytest.raises(ModelError, match="nowhere: is no model folder"):
        ClassifierReranker(tmp_path / "nowhere", 64, 0)
