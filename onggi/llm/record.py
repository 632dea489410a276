"""Replies in a file: written beside a build that asks a model, read by builds that have none.

``ONGGI_RECORD=data/replies/judge.jsonl dvc repro judge`` appends every request of the stage with its reply, asked or
held by the memo; backend ``recorded`` answers equal requests from it, whatever model is named.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from onggi.core.errors import LlmError
from onggi.llm.ledger import Ledger
from onggi.llm.messages import Failure, Reply, Request, Usage

VARIABLE = "ONGGI_RECORD"


@contextmanager
def recording() -> Iterator[Callable[[str, Reply | Failure], None]]:
    """Give what appends a request, as its `Request.text`, and its reply to the file that ``ONGGI_RECORD`` names."""
    path = os.environ.get(VARIABLE)
    if not path:
        yield lambda text, result: None
        return
    known = set(_lines(Path(path))) if Path(path).exists() else set()
    with Path(path).open("a", encoding="utf-8") as file:

        def record(text: str, result: Reply | Failure) -> None:
            if isinstance(result, Reply) and text not in known:
                known.add(text)
                line = {"request": json.loads(text), "reply": json.loads(result.row())}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")

        yield record


class Recorded:
    """Replies from a file of lines ``{"request": …, "reply": …}``.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    LlmError
        There is no such file, or a line of it is no record.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            fix = f"write it by a build with {VARIABLE}={path}, or choose another backend"
            raise LlmError(path, "no such file", fix)
        self.path, self.replies = path, _lines(path)
        self.digest = hashlib.sha256(path.read_bytes()).hexdigest()

    def generate(self, requests: Sequence[Request], ledger: Ledger) -> Iterator[tuple[int, Reply | Failure]]:
        """Yield the recorded reply of each request; a failure ``unrecorded`` where the file has none."""
        for place, request in enumerate(requests):
            ledger.settle(ledger.reserve(request), Usage(), 0.0)
            yield place, self.replies.get(request.text()) or Failure("unrecorded", f"{self.path} does not have it")


def _lines(path: Path) -> dict[str, Reply]:
    replies = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            content = json.loads(line)
            text = json.dumps(content["request"], ensure_ascii=False)
            replies[Request.of(text).text()] = Reply.of(json.dumps(content["reply"], ensure_ascii=False).encode())
        except (ValueError, KeyError, TypeError) as error:
            problem = f"line {number} is no record ({type(error).__name__}: {error})"
            raise LlmError(path, problem, 'write lines {"request": …, "reply": …}, as ONGGI_RECORD does') from None
    return replies
