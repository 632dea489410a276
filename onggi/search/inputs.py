"""What each composition reads, by content: so that a change of one index makes those systems stale that ask it.

DVC takes no list of inputs from params.yaml. So one stage writes a small file for each system, with its declaration and
the digests of all it reads; the stage that builds the system depends on that file alone.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from onggi.core.digests import files_digest
from onggi.core.errors import TableError
from onggi.core.outs import write_json
from onggi.search.spec import Composition, Diversify, Rerank, Spec, Transform
from onggi.search.walk import leaves, models_of, parts, prompts_of

DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Inputs:
    """A system as it is to be built.

    Parameters
    ----------
    spec
        Its declaration, with other systems in place of their names.
    depth
        Hits a query, at most, where the declaration does not say.
    settings
        How each model that it reads queries or passages by is run, by the name of its folder.
    rewriter
        How the language model is asked; None where the system asks none.
    """

    spec: Composition
    depth: int
    settings: dict[str, dict[str, Any]]
    rewriter: dict[str, Any] | None = None

    @classmethod
    def read(cls, path: Path) -> "Inputs":
        """Read what `write` wrote.

        Raises
        ------
        TableError
            The file is missing, or is none of these.
        """
        try:
            content = json.loads(path.read_text("utf-8"))
            spec: Composition = TypeAdapter(Spec).validate_python(content["system"])
            return cls(spec, content["depth"], content["settings"], content.get("rewriter"))
        except (OSError, ValueError, KeyError, TypeError) as error:
            problem = " ".join(str(error).split())
            raise TableError(path, f"does not describe a system ({problem})", "run `dvc repro inputs`") from None

    def write(self, path: Path, read: dict[str, str]) -> None:
        """Write the system, and the digests of what it reads by their paths."""
        content = {
            "system": self.spec.model_dump(exclude_none=True),
            "depth": self.depth,
            "settings": self.settings,
            **({} if self.rewriter is None else {"rewriter": self.rewriter}),
            "reads": dict(sorted(read.items())),
        }
        write_json(path, content)


def reads(spec: Composition, folders: "Places", digest: Callable[[Path], str] = files_digest) -> dict[str, str]:
    """Return the digest of all that a system reads, by its path.

    Below a transform an index is asked itself; elsewhere its run is read. What a language model is asked by is read
    where the system asks one.

    Raises
    ------
    TableError
        Something of it is missing; the first is named.
    """
    read = [folders.models / model for model in models_of(spec)]
    for part in parts(spec):
        if isinstance(part, Rerank | Diversify):
            read.append(folders.chunks)
        elif isinstance(part, Transform):
            read += [folders.indexes / name for name in leaves(part)]
    if prompts := prompts_of(spec):
        read += [folders.prompts / f"{prompt}.jinja" for prompt in prompts]
        read += [] if folders.rewriter is None else [folders.rewriter]
    if missing := next((path for path in read if not path.exists()), None):
        raise TableError(missing, "no such file or folder, and a system reads it", "build it, or name another")
    digests = {str(path): digest(path) for path in dict.fromkeys(read)}
    for name in leaves(spec):
        card = folders.searched / f"{name}.json"
        try:
            digests[name] = json.loads(card.read_text("utf-8"))[DIGEST]
        except (OSError, ValueError, KeyError) as error:
            raise TableError(card, f"does not describe a run ({error})", f"run `dvc repro search@{name}`") from None
    return digests


@dataclass(frozen=True, slots=True)
class Places:
    """Where what systems read lies: models, indexes and prompts by name, the cards of runs, and the chunks table.

    ``rewriter`` is the file of replies, or the folder of the language model; None where there is neither.
    """

    models: Path
    indexes: Path
    searched: Path
    chunks: Path
    prompts: Path
    rewriter: Path | None = None
