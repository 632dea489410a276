"""The memo: what models returned, row by row, keyed by all that decides it.

A build asks a model the same thing again and again: after a crash, on another branch, in another experiment, with one
document added to ten thousand. A row is the answer of one model to one input. Its key is the digest of the input under
the digest of the model's `Space`, so no row can answer for another model and none is ever out of date. The memo holds
answers of models, and of our own code only what files say; deleting it changes nothing but how long a build takes.

What a model's work leaves as files, such as a checkpoint, is kept as a folder beside the rows (see `Memo.folder`).

Stages put a memo to work with `using`; elsewhere models compute every time.
"""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar, cast

# Exported again for korean.kiwi, models.embedder, models.reranker and training.checkpoint: their code is in the memo's
# keys, so that another import there would make rows and trainings new. Others import each from its own place.
from onggi.core.digests import code_digest as code_digest
from onggi.core.digests import files_digest as files_digest
from onggi.core.digests import program_digest as program_digest
from onggi.core.outs import replacing
from onggi.work import folders, journal, kinds
from onggi.work.folders import Folders, Manifest
from onggi.work.keys import Space
from onggi.work.keys import space as space
from onggi.work.store import Store, location

Item = TypeVar("Item", str, tuple[str, str])
Compute = Callable[[list[Item]], Iterable[tuple[int, bytes]]]
"""Given inputs, the place of each among them and what the model returns for it, in the order they become ready."""

Attempt = Callable[[list[Item]], Iterable[tuple[int, bytes | None]]]
"""The same of a model that may fail: None for an input without a row."""

ITEMS_PER_BLOCK = 16384
"""As many as a model gets at once: pairs of a reranker share passages, and the work of each."""

CHARACTERS_PER_BLOCK = {"little": 1 << 21, "much": 1 << 21, "paid": 1 << 26}
"""From so many on, each text counted once, a block is full, so that long texts do not fill the memory. Calls that are
paid for wait for each other at the end of a block, so theirs are larger."""

SECONDS_BETWEEN_COMMITS = 1.0


class Memo:
    """Rows in front of the models; without a store every row is computed, and nothing is kept.

    Parameters
    ----------
    store
        Where rows are looked for and kept.
    behind
        Where rows are looked for that ``store`` lacks; nothing is written to it.
    folders
        Where folders are looked for and kept; a plan only looks.
    planning
        Whether rows that cost much are only counted.
    """

    def __init__(
        self,
        store: Store | None = None,
        behind: Store | None = None,
        folders: Folders | None = None,
        *,
        planning: bool = False,
    ) -> None:
        self.store, self.behind, self.folders, self.planning = store, behind, folders, planning
        self._writes = True
        self._unkept: dict[str, dict[bytes, bytes]] = {}
        self._kept_at = time.monotonic()

    def rows(self, space: Space, items: Iterable[Item], compute: Compute[Item]) -> Iterator[bytes]:
        """Yield the row of each input in order, from the store where it is held, else computed and kept.

        Equal inputs are computed once; without a store, once in each block. A plan that comes to rows it may not
        compute counts them and ends.
        """
        return cast("Iterator[bytes]", self.attempts(space, items, compute))

    def attempts(self, space: Space, items: Iterable[Item], compute: Attempt[Item]) -> Iterator[bytes | None]:
        """Yield the rows of a model that may fail (see `rows`), None where it did: that is never kept."""
        if self.planning and space.cost != "little":
            items = list(items)
            self._count(space, items)
        waiting = iter(items)
        with journal.current().work(space.kind).on(len(items) if isinstance(items, Sized) else None) as task:
            while block := _block(waiting, CHARACTERS_PER_BLOCK[space.cost]):
                keys = [space.key(item) for item in block]
                held: dict[bytes, bytes | None] = {**self._find(space, keys)}
                missing = {key: item for key, item in zip(keys, block, strict=True) if key not in held}
                task.hold(len(keys) - len(missing))
                if missing:
                    with task.computing():
                        held |= self._computed(space, missing, compute, task)
                yield from map(held.__getitem__, keys)

    def _computed(
        self, space: Space, missing: dict[bytes, Item], compute: Attempt[Item], task: journal.Job
    ) -> dict[bytes, bytes | None]:
        """Return the rows of inputs that are not held; they are kept as they come."""
        made: dict[bytes, bytes | None] = {}
        keys = list(missing)
        for place, row in compute(list(missing.values())):
            made[keys[place]] = row
            if row is not None:
                task.compute(1)
                self._put(space, keys[place], row)
        if space.cost != "little":
            self.keep()
        return made

    def held(self, space: Space, items: Sequence[Item]) -> dict[Item, bytes]:
        """Return the rows of those inputs that are held whole; what computes the others gives them to `put`.

        Whether a row is what the model of the space returns, is for the caller to look at, who reads it anyway.
        """
        keys = {item: space.key(item) for item in items}
        found = self._find(space, list(keys.values()), checked=False)
        return {item: found[key] for item, key in keys.items() if key in found}

    def put(self, space: Space, item: Item, row: bytes) -> None:
        """Keep what was computed of an input."""
        self._put(space, space.key(item), row)

    def _put(self, space: Space, key: bytes, row: bytes) -> None:
        if self.store is not None and self._writes:
            self._unkept.setdefault(space.kind, {})[key] = row
            if space.cost == "paid" or time.monotonic() - self._kept_at >= SECONDS_BETWEEN_COMMITS:
                self.keep()

    def keep(self) -> None:
        """Write what was computed since the last time to the store."""
        if self.store is not None:
            try:
                for kind, rows in self._unkept.items():
                    self.store.add(kind, rows)
            except OSError as error:
                self._write_no_more(error)
        self._unkept.clear()
        self._kept_at = time.monotonic()

    def missing(self, space: Space, items: Iterable[Item]) -> list[Item]:
        """Return the inputs whose rows are not held, each once."""
        keys = {space.key(item): item for item in items}
        found = self._find(space, list(keys))
        return [item for key, item in keys.items() if key not in found]

    def _count(self, space: Space, items: Sequence[Item]) -> None:
        if missing := len(self.missing(space, items)):
            work = journal.current().work(space.kind)
            work.held += len(items) - missing
            work.computed += missing
            raise journal.PlanEnds(space.kind)

    @contextmanager
    def aside(self, kind: str, rows: int) -> Iterator[None]:
        """Run a model's work that is not kept by rows, such as training, on so many of them."""
        work = journal.current().work(kind)
        if self.planning:
            work.computed += rows
            raise journal.PlanEnds(kind)
        with work.on(rows) as task, task.computing():
            yield
            task.compute(rows)

    def folder(self, space: Space, item: str, rows: int, path: Path, make: Callable[[Path], object]) -> Any:
        """Put what a model makes of one input at ``path`` as a folder, in place of what is there.

        It is a copy of the one that is held, else made and kept. A plan that comes to one it does not find counts its
        rows and ends; one that is held it shows as links.

        Parameters
        ----------
        item
            The input: a digest of what the folder is made of.
        rows
            What the folder stands for in the journal: questions trained on, documents read.
        make
            Makes the folder at the path it is given. In the folder above it may leave what it needs meanwhile, which
            is removed, after a kill by the next run. It returns what is to be known beside the files, a JSON value.

        Returns
        -------
        Any
            What ``make`` returned, now or when the folder was made, as JSON has it: no tuples.
        """
        key = space.key(item).hex()
        work = journal.current().work(space.kind)
        with replacing(path) as temporary, work.on(rows) as task:
            taken = self.folders.take(key, temporary, linked=self.planning) if self.folders else None
            if taken is not None:
                task.hold(rows)
                return taken.result
            if self.planning:
                work.computed += rows
                raise journal.PlanEnds(space.kind)
            with task.computing():
                result = json.loads(json.dumps(make(temporary)))
                task.compute(rows)
            self._keep_folder(key, space.kind, temporary, result)
            return result

    def _keep_folder(self, key: str, kind: str, made: Path, result: object) -> None:
        if self.folders is not None:
            try:
                self.folders.keep(Manifest.of(key, kind, made, result), made)
            except OSError as error:
                problem = error.strerror or error
                print(f"warning: {error.filename}: the {kind} is not kept in the memo ({problem})", file=sys.stderr)

    def _find(self, space: Space, keys: Sequence[bytes], *, checked: bool = True) -> dict[bytes, bytes]:
        """Return the rows of a space that are held and, where that is checked, can be what its model returned."""
        if self.store is None:
            return {}
        asked = list(dict.fromkeys(keys))
        right = _right if checked else _whole
        try:
            found = right(space, self.store.find(asked, space.kind))
            if self.behind is not None:
                found |= right(space, self.behind.find([key for key in asked if key not in found], space.kind))
        except OSError as error:
            self._go_on_without(error)
            return {}
        for rows in self._unkept.values():
            found |= {key: rows[key] for key in keys if key in rows}
        return found

    def _go_on_without(self, error: OSError) -> None:
        """Say once that the store is of no use; the build does not need it."""
        print(f"warning: {error.filename}: the memo is not used ({error.strerror}); all is computed", file=sys.stderr)
        self.store = None

    def _write_no_more(self, error: OSError) -> None:
        """Say once that nothing more is kept; what is held is found still."""
        if self._writes:
            said = f"the memo is not written ({error.strerror}); what is computed is not kept"
            print(f"warning: {error.filename}: {said}", file=sys.stderr)
        self._writes = False

    def close(self) -> None:
        """Keep what is not kept yet and let go of the store; rows that are asked for later are computed."""
        self.keep()
        if self.store is not None:
            self.store.close()
            self.store = None
        if self.behind is not None:
            self.behind.connection.close()
            self.behind = None
        self.folders = None


def _block(waiting: Iterator[Item], most: int) -> list[Item]:
    """Return the next inputs, as many as are looked for at once; texts that are equal are one in memory."""
    block: list[Item] = []
    texts: dict[str, str] = {}
    characters = 0
    for item in islice(waiting, ITEMS_PER_BLOCK):
        for text in (item,) if isinstance(item, str) else item:
            characters += 0 if text in texts else len(text)
            texts.setdefault(text, text)
        block.append(texts[item] if isinstance(item, str) else (texts[item[0]], texts[item[1]]))
        if characters >= most:
            break
    return block


def _right(space: Space, rows: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """Return the rows that can be what a model of the space returned."""
    wrong = kinds.wrong(space.kind, rows)
    return {
        key: row for key, row in rows.items() if key not in wrong and (space.width is None or len(row) == space.width)
    }


def _whole(space: Space, rows: dict[bytes, bytes]) -> dict[bytes, bytes]:
    return rows


_NONE = Memo()
_active: ContextVar[Memo] = ContextVar("memo", default=_NONE)


def active() -> Memo:
    """Return the memo that is in use, else one that keeps nothing."""
    return _active.get()


@contextmanager
def using(memo: Memo) -> Iterator[Memo]:
    """Let models keep their rows in ``memo`` within the block."""
    token = _active.set(memo)
    try:
        yield memo
    finally:
        _active.reset(token)
        memo.close()


def open_memo(plan: Path | None = None) -> Memo:
    """Return the memo of this user; one that keeps nothing, with a warning, where there can be none.

    Parameters
    ----------
    plan
        The journal of a plan: what the plan computes is kept beside it, for its next stages, and not in the memo.
    """
    memo = Memo(folders=Folders(folders.location()), planning=plan is not None)
    try:
        if plan is None:
            memo.store = Store(location())
        else:
            memo.store = Store(plan.with_suffix(".sqlite"))
            memo.behind = Store(location()) if location().exists() else None
    except OSError as error:
        memo._go_on_without(error)
    return memo
