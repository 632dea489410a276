"""Replies that follow a schema: parsed, asked for once more where they do not, then counted."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from onggi.llm.messages import Failure, Message, Reply, Request
from onggi.llm.role import Llm

Parsed = TypeVar("Parsed", bound=BaseModel)

_FENCED = re.compile(r"```(?:json)?\s*\n?(.*?)```", re.DOTALL)
_THOUGHTS = re.compile(r"<think>.*?</think>", re.DOTALL)
SHOWN = 200


def asked_for(request: Request, shape: type[BaseModel]) -> Request:
    """Return a request whose reply is to follow the JSON schema of ``shape``."""
    return replace(request, schema=_schema(shape))


@cache
def _schema(shape: type[BaseModel]) -> str:
    return json.dumps(shape.model_json_schema(), ensure_ascii=False, sort_keys=True)


def parsed(
    llm: Llm, requests: Sequence[Request], shape: type[Parsed] | Sequence[type[Parsed]]
) -> Iterator[Parsed | Failure]:
    """Yield what each request was answered with (see `replied`)."""
    return (result if isinstance(result, Failure) else result[0] for result in replied(llm, requests, shape))


def replied(
    llm: Llm, requests: Sequence[Request], shape: type[Parsed] | Sequence[type[Parsed]]
) -> Iterator[tuple[Parsed, Reply] | Failure]:
    """Yield what each request was answered with, as ``shape``, or as its own of several shapes, in order.

    With it goes the reply as it was said.

    A reply that is none is asked for once more, with what was wrong with it; the second is final. What repairs of
    truncated or fenced JSON can save is taken.
    """
    shapes = [shape] * len(requests) if isinstance(shape, type) else shape
    first = [asked_for(request, each) for request, each in zip(requests, shapes, strict=True)]
    results = [_read(result, each) for result, each in zip(llm.replies(first), shapes, strict=True)]
    again = {place: result for place, result in enumerate(results) if isinstance(result, _Malformed)}
    seconds = llm.replies([_corrected(first[place], wrong) for place, wrong in again.items()])
    for place, second in zip(again, seconds, strict=True):
        results[place] = _read(second, shapes[place])
    for result in results:
        if isinstance(result, _Malformed):
            llm.ledger.fail("malformed")
            yield Failure("malformed", f"{result.problem}: {result.text[:SHOWN]!r}")
        else:
            yield result


class _Malformed:
    def __init__(self, text: str, problem: str) -> None:
        self.text, self.problem = text, problem


def _read(result: Reply | Failure, shape: type[Parsed]) -> "tuple[Parsed, Reply] | Failure | _Malformed":
    if isinstance(result, Failure):
        return result
    try:
        return shape.model_validate(loads(result.text)), result
    except ValidationError as error:
        wrong = error.errors()[0]
        where = ".".join(map(str, wrong["loc"]))
        return _Malformed(result.text, f"{where}: {wrong['msg']}" if where else wrong["msg"])


def loads(text: str) -> object:
    """Return the JSON value that a model meant: without its thoughts, out of a fence, repaired where it is cut off.

    Examples
    --------
    >>> loads('```json\\n{"질문": "장독은 언제 씻나요?"')
    {'질문': '장독은 언제 씻나요?'}
    """
    import json_repair

    bare = _THOUGHTS.sub("", text).strip()
    fenced = _FENCED.search(bare)
    bare = fenced[1] if fenced else bare
    try:
        return json.loads(bare)
    except ValueError:
        return json_repair.loads(bare)


def _corrected(request: Request, wrong: _Malformed) -> Request:
    said = Message("assistant", wrong.text or "(빈 응답)")
    wanted = f"이 응답은 요구한 JSON 형식이 아닙니다({wrong.problem}). 설명 없이 그 형식의 JSON만 다시 쓰세요."
    return replace(request, messages=(*request.messages, said, Message("user", wanted)))
