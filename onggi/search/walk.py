"""What a declared system is made of (see `onggi.search.spec`): indexes, parts, models and prompts."""

from collections.abc import Iterator

from onggi.search.spec import Choose, Composition, Diversify, Rerank, Transform, form_of


def leaves(spec: str | Composition) -> list[str]:
    """Return the indexes that a resolved system asks, each once."""
    return list(dict.fromkeys(names(spec)))


def names(spec: str | Composition) -> Iterator[str]:
    """Yield the indexes and systems that a system names, as often as it does."""
    if isinstance(spec, str):
        yield spec
    else:
        for operand in spec.operands:
            yield from names(operand)


def parts(spec: str | Composition) -> Iterator[str | Composition]:
    """Yield a system and all that it is made of, from the outside in."""
    yield spec
    if not isinstance(spec, str):
        for operand in spec.operands:
            yield from parts(operand)


def models_of(spec: Composition) -> list[str]:
    """Return the models by which parts of a system read queries or passages, each once."""
    users = (part for part in parts(spec) if isinstance(part, Rerank | Diversify | Choose))
    return list(dict.fromkeys(part.model for part in users if part.model is not None))


def prompts_of(spec: Composition) -> list[str]:
    """Return the prompts by which parts of a system ask a language model, each once."""
    prompts = (part.prompt for part in parts(spec) if isinstance(part, Transform | Choose))
    return list(dict.fromkeys(prompt for prompt in prompts if prompt is not None))


def title(spec: str | Composition) -> str:
    """Return what a part of a composition is called where it has no name of its own."""
    if isinstance(spec, str):
        return spec
    return f"{form_of(spec)}({', '.join(map(title, spec.operands))})"
