"""Models where another kind of model is needed, told from params alone: before anything is fetched or built."""

from collections.abc import Iterator, Mapping

from onggi.core.errors import ParamsError
from onggi.core.params import PARAMS
from onggi.models.declared import JoinedModels
from onggi.models.params import EncoderParams, Encoders

Kinds = Mapping[str, str]
"""The kind of each model by its name: tokenizer, encoder, joined, reranker, classifier or generator."""

EMBEDS = ("encoder", "joined")
"""What makes vectors of texts."""


def misfit(where: str, name: str, known: Kinds, *wanted: str) -> Iterator[ParamsError]:
    """Yield what is said where a declared model is of another kind than those wanted."""
    if (kind := known.get(name)) is not None and kind not in wanted:
        names = [other for other in known if known[other] in wanted]
        fix = f"name one (declared: {', '.join(names)})" if names else "declare one below models"
        needed = " or ".join(filter(None, (", ".join(wanted[:-1]), wanted[-1])))
        what = f"{name} is declared as {kind}, and {needed} is needed"
        yield ParamsError(f"{PARAMS}: {where}", what, fix)


def problems(encoders: Encoders, joined: JoinedModels, known: Kinds) -> Iterator[ParamsError]:
    """Yield what is wrong with encoders and joined ones beside each one's own settings: kinds, names and circles."""
    for name in encoders:
        yield from misfit(f"encoders.{name}", name, known, "tokenizer", *EMBEDS)
        if known.get(name) == "joined" and encoders[name] != EncoderParams():
            what = f"has settings, but is run as the encoders that it joins ({', '.join(joined[name].encoders)})"
            yield ParamsError(f"{PARAMS}: encoders.{name}", what, f"say it of those; write `{name}: {{}}`")
    for name in joined:
        where = f"models.joined.{name}.encoders"
        for encoder in joined[name].encoders:
            if encoder not in encoders.root:
                yield ParamsError(
                    f"{PARAMS}: {where}", f"{encoder!r} is no encoder", f"declared: {', '.join(encoders)}"
                )
            yield from misfit(where, encoder, known, *EMBEDS)
        if (path := _circle(name, joined, ())) is not None:
            yield ParamsError(f"{PARAMS}: {where}", f"joins itself ({' → '.join(path)})", "name another encoder")


def _circle(name: str, joined: JoinedModels, above: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the way from a joined encoder back to itself, None where there is none."""
    if name in above:
        return (*above, name) if name == above[0] else None
    within = joined[name].encoders if name in joined.root else []
    found = (_circle(encoder, joined, (*above, name)) for encoder in within)
    return next((path for path in found if path is not None), None)
