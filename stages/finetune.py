"""finetune: the base encoder trained on questions with hard negatives."""

from pathlib import Path

from stages import run


def main(base: Path, train: Path, tuned: Path, loss: Path, metrics: Path) -> None:
    """Train with FlagEmbedding and write the tuned encoder and its loss curve."""
    from onggi.core.outs import write_csv, write_json
    from onggi.models.params import EmbedParams
    from onggi.training import FinetuneParams, finetune

    curve = finetune(base, train, tuned, FinetuneParams.load(), EmbedParams.load())
    write_csv(loss, ("step", "epoch", "loss"), curve)
    write_json(metrics, {"steps": curve[-1][0], "first_loss": curve[0][2], "last_loss": curve[-1][2]} if curve else {})


if __name__ == "__main__":
    run(main)
