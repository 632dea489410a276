"""What is wrong with indexes and systems beside each one's own settings."""

from collections.abc import Iterator

from onggi.core.errors import ParamsError
from onggi.core.params import PARAMS
from onggi.index.params import Bm25Params, Indexes
from onggi.models.fitting import EMBEDS, Kinds, misfit
from onggi.search.spec import Choose, Diversify, Rerank, Systems
from onggi.search.walk import names, parts


def problems(systems: Systems, indexes: Indexes) -> Iterator[ParamsError]:
    """Yield names of nothing and of two things, and circles."""
    for name in systems:
        where = f"{PARAMS}: systems.{name}"
        if name in indexes.root:
            yield ParamsError(where, "is the name of an index, too", "rename one of them")
            continue
        unknown = [leaf for leaf in names(systems[name]) if leaf not in indexes.root and leaf not in systems.root]
        if unknown:
            known = ", ".join([*indexes, *systems])
            yield ParamsError(where, f"{unknown[0]!r} is neither an index nor a system", f"known: {known}")
            continue
        try:
            systems.resolved(name)
        except ParamsError as error:
            yield error


def misfits(systems: Systems, indexes: Indexes, known: Kinds) -> Iterator[ParamsError]:
    """Yield the models of indexes and systems that are of another kind than what they are needed for."""
    for name in indexes:
        wanted = ("tokenizer",) if isinstance(indexes[name], Bm25Params) else EMBEDS
        yield from misfit(f"indexes.{name}.encoder", indexes[name].encoder, known, *wanted)
    for name in systems:
        for part in parts(systems[name]):
            if isinstance(part, Rerank):
                yield from misfit(f"systems.{name}", part.model, known, _scoring(part))
            elif isinstance(part, Diversify | Choose) and part.model is not None:
                yield from misfit(f"systems.{name}", part.model, known, *EMBEDS)


def _scoring(spec: Rerank) -> str:
    """Return the kind of model that a reranking takes."""
    if spec.by == "late_interaction":
        return "encoder"
    return "reranker" if spec.label is None else "classifier"
