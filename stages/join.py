"""join: several encoders as one, as a folder below models/."""

from pathlib import Path

from stages import Name, Opt, run


def main(name: Name, models: Opt[Path]) -> None:
    """Join the encoders that params.yaml declares under NAME, each run as it says of them."""
    from onggi.core.outs import replacing
    from onggi.models.declared import JoinedModels
    from onggi.models.joined import join
    from onggi.models.params import EmbedParams, Encoders

    params, embed = JoinedModels.load_entry(name), EmbedParams.load()
    settings = [Encoders.load_entry(encoder).over(embed) for encoder in params.encoders]
    with replacing(models / name) as folder:
        folder.mkdir()
        join(params, models, settings, folder)


if __name__ == "__main__":
    run(main)
