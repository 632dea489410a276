"""Questions that one system failed, as failures.json tells them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from onggi.core.places import cited
from onggi.report.values import change, is_number, text_of

SHOWN = 10
_RANK = "first_relevant_rank"
_LONGEST = 120
"""Characters shown of a passage; of a quote all that failures.json holds."""


@dataclass(frozen=True)
class Found:
    """A passage that was found: its id with its place in the file, its heading, its beginning and its score."""

    where: str
    heading: str
    text: str
    score: str


@dataclass(frozen=True)
class Failure:
    """A question, what was expected (document, quote), what was found instead, and the rank of the right passage."""

    query_id: str
    question: str
    type: str
    expected: tuple[tuple[str, str], ...]
    found: tuple[Found, ...]
    rank: str
    change: str


@dataclass(frozen=True)
class Failures:
    """The first ten failures of ``system``, and the questions that are no longer among its failures.

    ``other`` is the system whose failures the other commit holds, where it is another: then nothing is compared.
    """

    system: str
    shown: tuple[Failure, ...]
    solved: tuple[str, ...] = ()
    other: str = ""


def failures(now: Mapping[str, Any], then: Mapping[str, Any] | None = None) -> Failures:
    """Return what failures.json says, compared with ``then`` where that is about the same system."""
    system, listed = str(now.get("system") or ""), now.get("failures") or []
    if not then:
        return Failures(system, tuple(_failure(item, None) for item in listed[:SHOWN]))
    if then.get("system") != now.get("system"):
        other = str(then.get("system") or "이름이 적혀 있지 않은 시스템")
        return Failures(system, tuple(_failure(item, None) for item in listed[:SHOWN]), other=other)
    before = then.get("failures") or []
    still = {item.get("query_id") for item in listed}
    solved = [f"{item.get('query_id')}: {item.get('question')}" for item in before if item.get("query_id") not in still]
    return Failures(system, tuple(_failure(item, before) for item in listed[:SHOWN]), tuple(solved))


def _failure(item: Mapping[str, Any], then: Sequence[Mapping[str, Any]] | None) -> Failure:
    return Failure(
        query_id=str(item.get("query_id", "")),
        question=str(item.get("question", "")),
        type=str(item.get("type") or ""),
        expected=tuple((_where(e, "doc_id"), _line(e.get("quote"))) for e in item.get("expected") or []),
        found=tuple(_found(hit) for hit in item.get("found") or []),
        rank=_rank(item),
        change=_change(item, then),
    )


def _rank(item: Mapping[str, Any]) -> str:
    if is_number(item.get(_RANK)):
        return f"{item[_RANK]}위"
    return "찾은 목록에 없음" if item.get("answered_by_a_chunk", True) else "없음(근거를 절반 이상 담은 청크가 없음)"


def _change(item: Mapping[str, Any], then: Sequence[Mapping[str, Any]] | None) -> str:
    if then is None:
        return ""
    before = next((other for other in then if other.get("query_id") == item.get("query_id")), None)
    if before is None:
        return "이전에는 실패 목록에 없었음"
    if is_number(item.get(_RANK)) and is_number(before.get(_RANK)):
        return change(item[_RANK], before[_RANK])
    return "±0" if item.get(_RANK) == before.get(_RANK) else f"이전 {_rank(before)}"


def _found(hit: Mapping[str, Any]) -> Found:
    score = hit.get("score")
    heading = hit.get("heading") or hit.get("title") or ""
    return Found(
        _where(hit, "chunk_id"),
        str(heading),
        _short(hit.get("text")),
        f"{score:.4f}" if isinstance(score, int | float) and is_number(score) else text_of(score),
    )


def _where(item: Mapping[str, Any], key: str) -> str:
    return cited(str(item.get(key, "")), str(item.get("place") or ""))


def _line(text: Any) -> str:
    return " ".join(str(text or "").split())


def _short(text: Any) -> str:
    line = _line(text)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + "…"
