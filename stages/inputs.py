"""inputs: what each composition of indexes reads, by digest; one file a system."""

from pathlib import Path

from stages import Opt, run


def main(
    searched: Opt[Path], indexes: Opt[Path], models: Opt[Path], chunks: Opt[Path], prompts: Opt[Path], out: Opt[Path]
) -> None:
    """Describe every declared system for the stage that builds it, and for DVC, which then sees what changed."""
    from onggi.core.outs import replacing
    from onggi.models.params import EmbedParams, Encoders
    from onggi.search.inputs import Inputs, Places, reads
    from onggi.search.retriever import SearchParams
    from onggi.search.rewriter import RewriterParams
    from onggi.search.spec import Systems
    from onggi.search.walk import models_of, prompts_of

    systems, depth, rewriter = Systems.load(), SearchParams.load().depth, RewriterParams.load()
    embed, encoders = EmbedParams.load(), Encoders.load()
    folders = Places(models, indexes, searched, chunks, prompts, rewriter.reads)
    with replacing(out) as folder:
        folder.mkdir()
        for name in systems:
            spec = systems.resolved(name)
            settings = {model: encoders.settings(model, embed).model_dump() for model in models_of(spec)}
            asked = rewriter.model_dump() if prompts_of(spec) else None
            Inputs(spec, depth, settings, asked).write(folder / f"{name}.json", reads(spec, folders))


if __name__ == "__main__":
    run(main)
