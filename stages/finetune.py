"""finetune: an encoder trained on questions with hard negatives."""

from pathlib import Path

from stages import Opt, run


def main(models: Opt[Path], train: Opt[Path], out: Opt[Path], loss: Opt[Path], metrics: Opt[Path]) -> None:
    """Train with FlagEmbedding and write the tuned encoder and its loss curve."""
    from onggi.core.outs import write_csv, write_json
    from onggi.models.params import EmbedParams, Encoders
    from onggi.training.checkpoint import finetune
    from onggi.training.params import FinetuneParams

    params = FinetuneParams.load()
    embed = Encoders.load_entry(out.name).over(EmbedParams.load())
    curve = finetune(models / params.base, train, out, params, embed)
    write_csv(loss, ("step", "epoch", "loss"), curve)
    write_json(metrics, {"steps": curve[-1][0], "first_loss": curve[0][2], "last_loss": curve[-1][2]} if curve else {})


if __name__ == "__main__":
    run(main)
