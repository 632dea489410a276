"""The endpoint against a server that others wrote: `transformers serve`, with a tiny model of random weights."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from onggi.llm.backends import open_llm
from onggi.llm.messages import Reply
from tests.llm.answering import TesterParams, request

TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def save_model(folder: Path) -> None:
    """Save a Qwen2 of two layers and a tokenizer of bytes."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator([], trainers.BpeTrainer(special_tokens=SPECIAL, initial_alphabet=alphabet))
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=SPECIAL[2], pad_token=SPECIAL[0])
    fast.chat_template = TEMPLATE
    fast.save_pretrained(folder)
    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=len(fast), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, eos_token_id=2, pad_token_id=0, bos_token_id=None,
    )  # fmt: skip
    Qwen2ForCausalLM(config).save_pretrained(folder)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the model on a free port."""
    from transformers.utils.import_utils import is_serve_available

    if not is_serve_available():
        pytest.skip("transformers serve needs fastapi and uvicorn (`pip install transformers[serving]`)")
    folder = tmp_path_factory.mktemp("tiny")
    save_model(folder / "qwen")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from transformers.cli.transformers import app; app()", "serve"]
    options = ["qwen", "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    with (folder / "log.txt").open("w") as log:
        served = subprocess.Popen(
            [*command, *options], stdout=log, stderr=log, cwd=folder, env={**os.environ, "HF_HUB_OFFLINE": "1"}
        )
    try:
        give_up = time.monotonic() + 300
        while not _answers(f"http://127.0.0.1:{port}/health"):
            assert served.poll() is None and time.monotonic() < give_up, (folder / "log.txt").read_text()
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        served.terminate()
        served.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5):
            return True
    except OSError:
        return False


def params(url: str, **settings: Any) -> TesterParams:
    return TesterParams.model_validate({"model": "qwen", "endpoint": {"base_url": url}} | settings)


def test_it_answers_as_the_model_does(url: str) -> None:
    asked = [request(f"{place}번 항아리에는 무엇이 있나요?", max_tokens=8) for place in range(6)]
    first, second = ([*open_llm(params(url), Path("models")).replies(asked)] for _ in range(2))
    assert first == second
    assert all(isinstance(reply, Reply) for reply in first)
    for reply in first:
        assert isinstance(reply, Reply)
        assert reply.usage.prompt_tokens > 20 and 0 < reply.usage.completion_tokens <= 8
        assert reply.cut == (reply.usage.completion_tokens == 8)


def test_what_it_does_not_know_it_passes_over(url: str) -> None:
    (reply,) = open_llm(params(url), Path("models")).replies(
        [request("장독", max_tokens=4, schema='{"type": "object"}', logprobs=True)]
    )
    assert isinstance(reply, Reply) and reply.text and reply.logprob is None
