"""finetune: an encoder trained on questions with hard negatives."""

import sys
from pathlib import Path

from stages import Opt, run

FEW = 10
"""Steps below which a training is told to have hardly been one: the first of them are warm-up."""


def main(models: Opt[Path], train: Opt[Path], out: Opt[Path], loss: Opt[Path], metrics: Opt[Path]) -> None:
    """Train with FlagEmbedding and write the tuned encoder and its loss curve."""
    from onggi.core.outs import write_csv, write_json
    from onggi.models.params import EmbedParams, Encoders
    from onggi.training.checkpoint import finetune
    from onggi.training.params import FinetuneParams

    params = FinetuneParams.load()
    embed = Encoders.load_entry(out.name).over(EmbedParams.load())
    curve = finetune(models / params.base, train, out, params, embed)
    steps = curve[-1][0] if curve else 0
    if steps < FEW:
        why = "metrics/questions.json and metrics/negatives.json say what became of the questions"
        print(f"warning: {train}: enough for {steps} training steps, so {out} is hardly tuned; {why}", file=sys.stderr)
    write_csv(loss, ("step", "epoch", "loss"), curve)
    write_json(metrics, {"steps": curve[-1][0], "first_loss": curve[0][2], "last_loss": curve[-1][2]} if curve else {})


if __name__ == "__main__":
    run(main)
