from pathlib import Path

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from onggi.core.errors import LlmError
from onggi.llm.tokens import by_tokenizer, estimate
from tests.llm.answering import request


def test_the_estimate_counts_syllables_and_turns() -> None:
    assert estimate(request("장독대")) == 3 + 6
    assert estimate(request("a" * 10)) == 3 + 6
    assert estimate(request("가", schema="나다")) == 3 + 6


def test_a_tokenizer_counts_as_the_model_does(tmp_path: Path) -> None:
    tokenizer = Tokenizer(WordLevel({"장독": 0, "?": 1}, unk_token="?"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    assert by_tokenizer(tmp_path)(request("장독 뒤 장독")) == 3 + 6


def test_a_folder_without_a_tokenizer_is_named(tmp_path: Path) -> None:
    with pytest.raises(LlmError, match=r"tokenizer\.json: no such file"):
        by_tokenizer(tmp_path)
