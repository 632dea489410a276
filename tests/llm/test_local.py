import json
import math
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from onggi.core.errors import LlmError
from onggi.llm import batches
from onggi.llm.backends import open_llm
from onggi.llm.ledger import BudgetSpent, Ledger
from onggi.llm.local import Local, identity
from onggi.llm.messages import Failure, Message, Reply, Request
from onggi.llm.params import Budget, LocalSettings
from onggi.llm.scripts import Writing
from onggi.llm.tokens import estimate
from onggi.work.memo import Memo, using
from onggi.work.store import Store
from tests.llm.answering import TesterParams, request
from tests.llm.tiny import save

ROOT = Path(__file__).parents[2]
PAGES = {"page_size": 16, "num_blocks": 128}
"""Of continuous batching on a CPU, which would else take most of its memory."""

REQUESTS = [
    request("장독대는 어디에 두나?", max_tokens=12),
    request("a", max_tokens=5),
    request("옹기는 왜 숨을 쉬나? " * 9, max_tokens=16),
    request("옹기는 왜 숨을 쉬나?", max_tokens=16, temperature=0.8, seed=3),
    request("뚜껑은 언제 닫나?", max_tokens=9, temperature=1.2, top_p=0.9, seed=4),
]


@pytest.fixture(scope="module")
def model(qwen: Path) -> Local:
    return Local(qwen, LocalSettings(batch_tokens=512))


def ledger(**budget: Any) -> Ledger:
    return Ledger(Budget(**budget), (0.0, 0.0), estimate)


def replies(model: Local, requests: Sequence[Request] = REQUESTS) -> list[Reply | Failure]:
    return [result for _, result in sorted(model.generate(requests, ledger()), key=lambda pair: pair[0])]


def said(results: Sequence[Reply | Failure]) -> list[str]:
    return [result.text if isinstance(result, Reply) else result.reason for result in results]


@pytest.fixture(scope="module")
def together(model: Local) -> list[Reply | Failure]:
    return replies(model)


def test_a_reply_does_not_depend_on_its_company(model: Local, together: list[Reply | Failure]) -> None:
    """Padding on the left shifts sums by their rounding, so log-probabilities are close, and tokens are the same."""
    for asked, among in zip(REQUESTS, together, strict=True):
        (alone,) = replies(model, [asked])
        assert isinstance(alone, Reply) and isinstance(among, Reply)
        assert (alone.text, alone.usage, alone.cut) == (among.text, among.usage, among.cut)
        assert math.isclose(alone.logprob or 0, among.logprob or 0, abs_tol=1e-3)
    assert said(replies(model, REQUESTS[::-1])) == said(together)[::-1]


def test_greedy_replies_are_those_of_transformers_own_search(model: Local, together: list[Reply | Failure]) -> None:
    point = model.checkpoint
    for asked, result in zip(REQUESTS[:3], together, strict=False):
        prompt = point.chat.tokens(asked)
        ids = torch.tensor([prompt])
        with torch.inference_mode():
            for _ in range(asked.max_tokens):
                scores = point.mask(ids, point.network(ids).logits[:, -1])
                ids = torch.cat([ids, scores.argmax(-1, keepdim=True)], 1)
            logits = point.network(ids).logits[0, len(prompt) - 1 : -1].masked_fill(point.mask.forbidden, -math.inf)
        written = ids[0, len(prompt) :]
        assert isinstance(result, Reply)
        assert not set(written.tolist()) & point.ends  # so that max_tokens ends all of them
        assert result.text.startswith(point.tokenizer.decode(written).rstrip("\ufffd"))
        expected = logits.log_softmax(-1).gather(1, written[:, None]).sum()
        assert math.isclose(result.logprob or 0, float(expected), abs_tol=1e-3)
        assert (result.usage.prompt_tokens, result.usage.completion_tokens) == (len(prompt), asked.max_tokens)
        assert result.cut


def test_a_seed_draws_the_same_again_and_another_seed_something_else(
    model: Local, together: list[Reply | Failure]
) -> None:
    assert said(replies(model, REQUESTS[3:])) == said(together)[3:]
    drawn = [request("옹기는 왜 숨을 쉬나?", max_tokens=16, temperature=0.8, seed=seed) for seed in range(4)]
    assert len(set(said(replies(model, drawn)))) == 4
    cold = request("옹기는 왜 숨을 쉬나?", max_tokens=16, temperature=1.0, top_p=1e-6, seed=9)
    assert said(replies(model, [cold])) == said(replies(model, [request(cold.messages[0].content, max_tokens=16)]))


def test_continuous_batching_writes_the_same(qwen: Path, together: list[Reply | Failure]) -> None:
    """On a CPU here; what is drawn at random depends on the company there."""
    continuous = Local(qwen, LocalSettings(batch_tokens=512), PAGES)
    own = replies(continuous)
    assert said(own[:3]) == said(together[:3])
    for one, other in zip(own[:3], together[:3], strict=True):
        assert isinstance(one, Reply) and isinstance(other, Reply)
        assert (one.usage, one.cut) == (other.usage, other.cut)
        assert math.isclose(one.logprob or 0, other.logprob or 0, abs_tol=1e-3)
    for asked, one in zip(REQUESTS[3:], own[3:], strict=True):
        assert isinstance(one, Reply) and one.usage.completion_tokens == asked.max_tokens


def test_what_finds_no_place_in_continuous_batching_is_written_in_batches(
    qwen: Path, together: list[Reply | Failure]
) -> None:
    continuous = Local(qwen, LocalSettings(batch_tokens=512), {"page_size": 16, "num_blocks": 8})
    assert said(replies(continuous, REQUESTS[:3])) == said(together[:3])


@pytest.mark.parametrize("continuous", [None, PAGES])
def test_scripts_hold_in_a_model(qwen: Path, continuous: dict[str, int] | None) -> None:
    korean = Local(qwen, LocalSettings(scripts=["hangul", "latin"]), continuous)
    asked = [request(text, max_tokens=60) for text in ("가", "나다", "a b c")]
    text = "".join(said(replies(korean, asked)))
    assert Writing(("hangul", "latin")).allows(text) and len(text) > 60


def test_what_does_not_fit_into_memory_is_halved_and_one_that_is_too_large_alone_is_rejected(
    model: Local, together: list[Reply | Failure], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []
    write = batches.write

    def small(checkpoint: Any, prompts: Sequence[Any]) -> Any:
        sizes.append(len(prompts))
        if len(prompts) > 2 or max(len(prompt.tokens) for prompt in prompts) > 100:
            raise batches.TooLarge
        return write(checkpoint, prompts)

    monkeypatch.setattr(batches, "write", small)
    own = replies(model)
    assert isinstance(own[2], Failure) and own[2].reason == "rejected" and "fit into memory" in own[2].detail
    assert said(own[:2] + own[3:]) == said(together[:2] + together[3:])
    assert sizes == [1, 4, 2, 2]


def test_an_error_of_memory_is_told_from_others() -> None:
    assert batches.is_out_of_memory(torch.OutOfMemoryError("x"))
    assert batches.is_out_of_memory(RuntimeError("[enforce fail] DefaultCPUAllocator: not enough memory: you tried"))
    assert not batches.is_out_of_memory(RuntimeError("shape '[2]' is invalid"))


def test_a_prompt_longer_than_the_model_takes_is_rejected(model: Local) -> None:
    results = replies(model, [request("가나다라 " * 600), REQUESTS[1]])
    assert isinstance(results[0], Failure) and results[0].reason == "rejected"
    assert "qwen2 takes 1,024" in results[0].detail
    assert isinstance(results[1], Reply)


def test_the_budget_lets_requests_wait_and_then_stops(model: Local) -> None:
    asked = [request("a", max_tokens=5, seed=seed) for seed in range(5)]
    taken = len(model.checkpoint.chat.tokens(asked[0])) + 5
    tight = Ledger(Budget(tokens=2 * taken + 105), (0.0, 0.0), lambda asked: 100)
    seen = []
    with pytest.raises(BudgetSpent, match=r"budget\.tokens"):
        for result in model.generate(asked, tight):
            seen.append(result)
    assert len(seen) == tight.requests == 3
    assert tight.used.completion_tokens == 5 * 3


def test_thoughts_are_off_where_the_template_knows_them_and_a_schema_is_asked_for(model: Local) -> None:
    asked = request("질문", schema='{"type": "object"}')
    text = model.checkpoint.tokenizer.decode(model.checkpoint.chat.tokens(asked))
    assert text.endswith("<|im_start|>assistant\n<think>\n\n</think>\n\n")
    assert 'JSON만 쓰세요:\n{"type": "object"}<|im_end|>' in text


def test_a_template_that_knows_no_system_gets_its_words_from_the_user(qwen: Path) -> None:
    from onggi.llm.chat import Chat
    from tests.llm.tiny import TEMPLATE, byte_level

    tokenizer = byte_level()
    refusing = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}"
    tokenizer.chat_template = refusing + TEMPLATE
    turns = (Message("system", "짧게."), Message("user", "왜?"))
    tokens = Chat(qwen, tokenizer).tokens(Request(turns, 0.0, 1.0, 8, 0))
    assert tokenizer.decode(tokens).startswith("<|im_start|>user\n짧게.\n\n왜?<|im_end|>")
    tokenizer.chat_template = "{{ raise_exception('never') }}"
    with pytest.raises(LlmError, match=r"its chat template fails .*never"):
        Chat(qwen, tokenizer).tokens(Request(turns, 0.0, 1.0, 8, 0))
    tokenizer.chat_template = None
    with pytest.raises(LlmError, match="has no chat template; choose a model that was made for conversation"):
        Chat(qwen, tokenizer)


@pytest.mark.parametrize("kind", ["qwen3", "llama"])
def test_models_of_other_families_write(kind: str, tmp_path: Path) -> None:
    other = Local(save(tmp_path / kind, kind), LocalSettings())
    assert all(isinstance(result, Reply) for result in replies(other, REQUESTS[:2]))


@pytest.mark.parametrize(("quantization", "layer"), [("int8", "Linear8bitLt"), ("nf4", "Linear4bit")])
def test_bitsandbytes_quantises_on_a_cpu(qwen: Path, quantization: Any, layer: str) -> None:
    settings = LocalSettings(quantization=quantization, llm_int8_threshold=4.0, double_quant=False)
    model = Local(qwen, settings)
    attention = model.checkpoint.network.model.layers[0].self_attn
    assert type(attention.q_proj).__name__ == layer
    config = model.checkpoint.network.config.quantization_config
    if quantization == "int8":
        assert config.llm_int8_threshold == 4.0
    else:
        assert config.bnb_4bit_quant_type == "nf4" and not config.bnb_4bit_use_double_quant
        assert config.bnb_4bit_compute_dtype == torch.float32
    results = replies(model, REQUESTS[1:2])
    assert isinstance(results[0], Reply) and results[0].usage.completion_tokens == 5


@pytest.mark.parametrize(
    ("config", "settings", "problem"),
    [
        ({"quant_method": "gptq", "bits": 4}, {}, r"is a GPTQ checkpoint, and .*gptqmodel.*; install onggi\[gptq\]"),
        ({"quant_method": "awq", "bits": 4}, {}, r"is a AWQ checkpoint, and gptqmodel .*; install onggi\[awq\]"),
        (None, {"gguf_file": "q4.gguf"}, r"is a GGUF checkpoint, and gguf .*; install onggi\[gguf\]"),
        ({"quant_method": "awq", "bits": 4}, {"quantization": "int8"}, r"is quantised already \(awq\); set"),
    ],
)
def test_a_package_that_is_missing_names_the_extra(
    qwen: Path, config: dict[str, object] | None, settings: dict[str, Any], problem: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("onggi.llm.checkpoint.find_spec", lambda name: None)
    shutil.copytree(qwen, tmp_path / "m")
    if config:
        content = json.loads((qwen / "config.json").read_text("utf-8"))
        (tmp_path / "m" / "config.json").write_text(json.dumps(content | {"quantization_config": config}), "utf-8")
    with pytest.raises(LlmError, match=problem):
        Local(tmp_path / "m", LocalSettings(**settings))


def params(path: Path, **settings: Any) -> TesterParams:
    return TesterParams.model_validate({"backend": "transformers", "path": str(path), "model": None, **settings})


def test_a_role_asks_a_local_model_through_the_memo(qwen: Path, tmp_path: Path) -> None:
    asked = REQUESTS[:2]
    with using(Memo(Store(tmp_path / "memo.sqlite"))):
        first = open_llm(params(qwen), tmp_path)
        once = list(first.replies(asked))
        again = open_llm(params(qwen), tmp_path)
        again.load = lambda: pytest.fail("loaded")  # type: ignore[assignment]
        assert list(again.replies(asked)) == once
    assert first.ledger.requests == 2 and again.ledger.requests == 0
    assert 0 < first.count(asked[0]) < 40


def test_the_identity_is_of_all_that_decides_a_reply(qwen: Path, tmp_path: Path) -> None:
    plain = identity(params(qwen))
    for other in (
        {"quantization": "int8"}, {"quantization": "nf4"}, {"quantization": "nf4", "double_quant": False},
        {"dtype": "bf16"}, {"scripts": ["hangul"]}, {"gguf_file": "a.gguf"},
    ):  # fmt: skip
        assert identity(params(qwen, local=other)) != plain, other
    same = {"batch_tokens": 99, "device_map": "cpu", "max_memory": {"cpu": "1GiB"}, "double_quant": False}
    assert identity(params(qwen, local=same)) == plain
    shutil.copytree(qwen, tmp_path / "copy")
    assert identity(params(tmp_path / "copy")) == plain
    (tmp_path / "copy" / "generation_config.json").write_text("{}")
    assert identity(params(tmp_path / "copy")) != plain
    with pytest.raises(LlmError, match=r"nowhere: no such folder of a model; declare it"):
        identity(params(tmp_path / "nowhere"))


def test_the_identity_and_the_counts_import_no_torch(qwen: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.llm.answering import TesterParams, request\n"
        "from onggi.llm.backends import open_llm\n"
        "params = TesterParams.model_validate({'backend': 'transformers', 'path': sys.argv[1], 'model': None})\n"
        "llm = open_llm(params, Path()); assert llm.count(request('장독')) > 0 and llm.identity['files']\n"
        "print(sorted({'torch', 'transformers'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(qwen)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]" or not torch.__version__.endswith("+cpu")
