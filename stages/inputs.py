"""inputs: what each composition of indexes reads, by digest; one file a system."""

from pathlib import Path

from stages import Opt, run


def main(searched: Opt[Path], indexes: Opt[Path], models: Opt[Path], chunks: Opt[Path], out: Opt[Path]) -> None:
    """Describe every declared system for the stage that builds it, and for DVC, which then sees what changed."""
    from onggi.core.outs import replacing
    from onggi.models.params import EmbedParams, Encoders
    from onggi.search.inputs import Inputs, Places, reads
    from onggi.search.retriever import SearchParams
    from onggi.search.spec import Systems, model_users

    systems, depth = Systems.load(), SearchParams.load().depth
    embed, encoders = EmbedParams.load(), Encoders.load()
    folders = Places(models, indexes, searched, chunks)
    with replacing(out) as folder:
        folder.mkdir()
        for name in systems:
            spec = systems.resolved(name)
            settings = {part.model: encoders.settings(part.model, embed).model_dump() for part in model_users(spec)}
            Inputs(spec, depth, settings).write(folder / f"{name}.json", reads(spec, folders))


if __name__ == "__main__":
    run(main)
