"""Settings of training; kept apart from what runs it."""

from typing import ClassVar, Literal

from pydantic import Field

from onggi.core.params import Name, Params


class FinetuneParams(Params):
    """The base encoder and hyperparameters, by the names that FlagEmbedding and transformers give them."""

    key: ClassVar[str] = "finetune"

    base: Name = Field(description="the encoder that training starts from: a folder below models/")
    learning_rate: float = Field(gt=0, lt=1, description="peak of the learning rate")
    temperature: float = Field(gt=0, le=1, description="divides the similarities")
    train_group_size: int = Field(ge=2, le=64, description="one positive and this less one negatives a question")
    num_train_epochs: float = Field(gt=0, le=1000, description="passes over the training file")
    per_device_train_batch_size: int = Field(ge=1, le=4096, description="questions a step and device, at most")
    gradient_accumulation_steps: int = Field(ge=1, le=4096, description="steps before the weights change")
    warmup_ratio: float = Field(ge=0, lt=1, description="share of steps in which the learning rate rises")
    weight_decay: float = Field(ge=0, lt=1, description="AdamW's")
    query_max_len: int = Field(ge=8, le=32768, description="longest query in tokens")
    passage_max_len: int = Field(ge=8, le=32768, description="longest passage in tokens")
    precision: Literal["fp32", "bf16", "fp16"] = Field(description="fp32, or bf16 and fp16 on a GPU")
    gradient_checkpointing: bool = Field(description="less memory for more time")
    seed: int = Field(ge=0, description="seed of shuffling and of what the trainer draws")
