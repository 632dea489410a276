"""adopt: a model of this machine, as a folder below models/."""

from pathlib import Path

from stages import Name, Opt, run


def main(name: Name, models: Opt[Path]) -> None:
    """Take over the model whose folder params.yaml declares under NAME."""
    from onggi.core.outs import replacing
    from onggi.models.declared import LocalModels
    from onggi.models.local import adopt

    params = LocalModels.load_entry(name)
    with replacing(models / name) as folder:
        folder.mkdir()
        adopt(params, folder)


if __name__ == "__main__":
    run(main)
