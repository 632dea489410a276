"""Language models of two layers with random weights, with a byte-level tokenizer trained on the spot."""

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, pre_tokenizers, trainers
from tokenizers.models import BPE
from transformers import (
    GenerationConfig,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

TEXTS = [
    "장독대는 볕이 잘 드는 뒤뜰에 둔다. 간장과 된장은 해를 넘겨야 맛이 든다.",
    "옹기는 숨을 쉬는 그릇이라 하며, 유약에 재를 섞어 바른다. 값은 12,000원이다.",
    "뚜껑을 열어 두는 때는 아침 9시부터 저녁 6시까지이고 비가 오면 닫는다.",
    "An earthenware jar breathes through its glaze; open the lid from 9 to 6.",
    "中国的酱油和韩国的酱油不一样，味道也不同。陶器的历史很长，人们喜欢它。",
    "味噌と醤油は日本の調味料であり、かめの中でゆっくりと熟成させます。",
    "Соевый соус хранят в глиняных кувшинах. 가격: 3,500원 ㄱ. ㄴ. ㄷ. ★ ① → 😀 😀",
]
"""What the tokenizer is trained on: Korean, English, Chinese, Japanese, Russian."""

TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n"
    "{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n{% endif %}{% endif %}"
)
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|image_pad|>", "<|video_pad|>"]

SHAPE: dict[str, Any] = {
    "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "max_position_embeddings": 1024, "initializer_range": 0.3,
}  # fmt: skip
KINDS = {
    "qwen2": (Qwen2Config, Qwen2ForCausalLM, {}),
    "qwen3": (Qwen3Config, Qwen3ForCausalLM, {"head_dim": 16}),
    "llama": (LlamaConfig, LlamaForCausalLM, {}),
}


def byte_level(vocab_size: int = 700) -> PreTrainedTokenizerFast:
    """Return a tokenizer such as Qwen's."""
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    whole = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>",
        extra_special_tokens=SPECIAL,
    )  # fmt: skip
    whole.add_tokens(["<think>", "</think>"])
    whole.chat_template = TEMPLATE
    return whole


def save(folder: Path, kind: str = "qwen2", **shape: Any) -> Path:
    """Write a random model with its tokenizer, chat template and generation_config.json."""
    tokenizer = byte_level()
    config, network, own = KINDS[kind]
    torch.manual_seed(1)
    size = len(tokenizer) + 8  # as published models pad theirs
    model = network(config(vocab_size=size, **SHAPE | own | shape))
    model.config.image_token_id = tokenizer.convert_tokens_to_ids("<|image_pad|>")
    ends = [tokenizer.convert_tokens_to_ids(token) for token in ("<|im_end|>", "<|endoftext|>")]
    model.generation_config = GenerationConfig(
        eos_token_id=ends, pad_token_id=ends[1], do_sample=True, temperature=0.7, top_k=20, repetition_penalty=1.5
    )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
