import shutil
from pathlib import Path

import pytest

from onggi.models import identity
from onggi.models.identity import arithmetic, encoder_identity
from onggi.models.params import EmbedParams


def test_what_the_arithmetic_hangs_on(monkeypatch: pytest.MonkeyPatch) -> None:
    arithmetic.cache_clear()
    before = arithmetic()
    assert before["device"] and before["machine"] and before["torch"] and before["tokenizers"]
    monkeypatch.setenv("ATEN_CPU_CAPABILITY", "default")
    arithmetic.cache_clear()
    assert arithmetic() != before
    monkeypatch.undo()
    arithmetic.cache_clear()
    assert arithmetic() == before


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({"query_prefix": "질문: "}, True),  # is in the text
        ({"trust_remote_code": True}, True),  # the code lies in the folder
        ({"precision": "bf16"}, False),
        ({"runtime": "onnx"}, False),
    ],
)
def test_the_settings_that_decide_token_vectors(
    model: Path, embed: EmbedParams, changed: dict[str, object], same: bool
) -> None:
    other = encoder_identity(model, embed.model_copy(update=changed))
    assert (other == encoder_identity(model, embed)) is same


def test_a_copy_elsewhere_is_the_same_encoder_and_one_with_another_file_is_not(
    model: Path, embed: EmbedParams, tmp_path: Path
) -> None:
    copy = tmp_path / "다른 곳"
    shutil.copytree(model, copy)
    assert encoder_identity(copy, embed) == encoder_identity(model, embed)
    tokenizer = copy / "tokenizer.json"
    content = tokenizer.read_text("utf-8")
    tokenizer.unlink()
    tokenizer.write_text(content.replace("독", "옹", 1), "utf-8")  # of the same size
    assert encoder_identity(copy, embed) != encoder_identity(model, embed)
    tokenizer.unlink()
    tokenizer.write_text(content, "utf-8")
    assert encoder_identity(copy, embed) == encoder_identity(model, embed)


def test_a_folder_that_did_not_change_is_read_once(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = identity.folder_digest(model)

    def read_again(*_: Path) -> str:
        pytest.fail("the weights of a large model take seconds to read")

    monkeypatch.setattr(identity, "files_digest", read_again)
    assert identity.folder_digest(model) == first
