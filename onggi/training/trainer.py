"""FlagEmbedding's trainer over batches without false negatives (see `onggi.training.batches`); run as a module."""

from typing import Any

import torch.distributed

from onggi.models.absent import absent
from onggi.training.batches import Batches

with absent("bitsandbytes", "scipy", "sklearn"):
    # PEFT, which FlagEmbedding imports and needs for adapters alone, imports bitsandbytes, and that torch's compiler:
    # 1.3 s of 5.
    from FlagEmbedding.abc.finetune.embedder import AbsEmbedderSameDatasetTrainDataset
    from FlagEmbedding.finetune.embedder.encoder_only.base import (
        EncoderOnlyEmbedderDataArguments,
        EncoderOnlyEmbedderModelArguments,
        EncoderOnlyEmbedderRunner,
        EncoderOnlyEmbedderTrainingArguments,
    )
    from transformers import HfArgumentParser

Example = tuple[list[str], list[str], list[float] | None, bool]
"""The queries of a batch, the passages of all of them, scores of a teacher, whether passages of others are ignored."""


class Dataset(AbsEmbedderSameDatasetTrainDataset):  # type: ignore[misc]
    """A training file of which every item is a batch of this process, dealt anew for every epoch."""

    batches: Batches | None = None

    def refresh_epoch(self) -> None:
        """Deal the batches of the next epoch; every process deals all and takes its own."""
        if self.batches is None:
            queries, positives, negatives = (list(self.dataset[name]) for name in ("query", "pos", "neg"))
            size = self.defaut_batch_size  # as it is spelt there
            self.batches = Batches(
                queries, positives, negatives, size, self.num_processes, self.deterministic_generator
            )
        dealt = self.batches.deal(self.deterministic_generator)
        self.batch_datas = dealt[self.process_index :: self.num_processes]
        self.step = 0

    def __getitem__(self, _: object) -> Example:
        """Return the next batch, whichever is asked for, as the class above does."""
        batch = self.batch_datas[self.step]
        self.step += 1
        rows: dict[str, Any] = self.dataset[batch]
        if self.batches is not None:
            rows["neg"] = self.batches.drawable(batch, rows["neg"])
        return *self._create_batch_data(batch_raw_data=rows), False


class Runner(EncoderOnlyEmbedderRunner):  # type: ignore[misc]
    """FlagEmbedding's runner with this dataset."""

    def load_train_dataset(self) -> Dataset:
        """Return the training file in batches, which the trainer's loader takes one by one."""
        arguments = self.training_args
        dataset = Dataset(
            self.data_args, arguments.per_device_train_batch_size, arguments.seed, self.tokenizer,
            arguments.process_index, arguments.world_size,
        )  # fmt: skip
        arguments.per_device_train_batch_size = 1
        return dataset


def main() -> None:
    """Train as the command line says, in FlagEmbedding's words."""
    parser = HfArgumentParser(
        (
            EncoderOnlyEmbedderModelArguments,
            EncoderOnlyEmbedderDataArguments,
            EncoderOnlyEmbedderTrainingArguments,
        )
    )
    Runner(*parser.parse_args_into_dataclasses()).run()
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main()
