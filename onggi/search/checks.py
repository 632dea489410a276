"""What is wrong with systems beside each one's own settings."""

from collections.abc import Iterator

from onggi.core.errors import ParamsError
from onggi.core.params import PARAMS
from onggi.index.params import Indexes
from onggi.search.spec import Systems
from onggi.search.walk import names


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
