"""fetch: a model of the Hugging Face Hub, as a folder below models/."""

from pathlib import Path

from stages import Name, Opt, run


def main(name: Name, models: Opt[Path]) -> None:
    """Fetch the model that params.yaml declares under NAME."""
    from onggi.core.outs import replacing
    from onggi.models.declared import HubModels
    from onggi.models.hub import fetch
    from onggi.work import memo

    params = HubModels.load_entry(name)
    with memo.active().aside("fetch", 1), replacing(models / name) as folder:
        folder.mkdir()
        fetch(params, folder)


if __name__ == "__main__":
    run(main)
