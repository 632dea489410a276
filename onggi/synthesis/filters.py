"""What keeps bad drafts out: their length, leaked answers, words that point at a page, copies, overlap, the caps."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from onggi.core.schema import Chunk
from onggi.korean.duplicates import near_duplicates
from onggi.korean.kiwi import morphemes
from onggi.korean.normalize import squash
from onggi.synthesis.drafts import Draft
from onggi.truth.leaks import GRAMS, alike

Find = Callable[[Sequence[str], int], Sequence[Sequence[str]]]
"""Given questions and k, the ids of the k chunks a retriever finds for each."""

_PAGE = r"(?:문서|지문|본문|문단|단락|텍스트|안내문|공고문|표|글|자료|페이지|발췌문|예문)"
_PARTICLE = r"(?:에서|에는|에선|에|의|을|를|은|는|이|가|으로|로|상|와|과|(?=\s|$))"
_POINTS = re.compile(
    rf"(?<![가-힣])(?:이|위|본|위의|아래|아래의|다음|제시된|주어진|앞의|해당|상기)\s?{_PAGE}{_PARTICLE}|"
    rf"(?<![가-힣])(?:지문|본문|발췌문|텍스트)(?:에서|에|의|을|은|는)|(?:글쓴이|필자)[는가의]"
)


def leaks(draft: Draft) -> bool:
    """Tell whether a question contains one of its answers, however spaced, or has no answer at all."""
    question = squash(draft.text)
    bare = [squash(answer) for answer in draft.answers]
    return not bare or any(not answer or answer in question for answer in bare)


def points(text: str) -> bool:
    """Tell whether a question points at the page its writer saw, which the one who asks has not.

    Examples
    --------
    >>> points("이 문서에서 말하는 대여 기간은?"), points("본문에 따르면 누가 신청하나요?"), points("이 표 환불돼요?")
    (True, True, True)
    """
    return _POINTS.search(text) is not None


def distinct(drafts: Iterable[Draft]) -> list[Draft]:
    """Drop what equals an earlier draft after normalisation."""
    first: dict[str, Draft] = {}
    for draft in drafts:
        first.setdefault(squash(draft.text), draft)
    return list(first.values())


def unlike(drafts: Sequence[Draft], threshold: float) -> list[Draft]:
    """Drop what shares at least ``threshold`` of its 2-grams with an earlier draft that is kept, and asks for the same.

    They ask for the same where their evidence meets or their answers are equal; "제1차 정례회는 언제예요?" and "제2차
    정례회는 언제예요?" do not.
    """
    texts = {f"{place:09d}": draft.text for place, draft in enumerate(drafts)}
    dropped: set[int] = set()
    for first, later in near_duplicates(texts, threshold, GRAMS):
        if int(first) not in dropped and _same(drafts[int(first)], drafts[int(later)]):
            dropped.add(int(later))
    return [draft for place, draft in enumerate(drafts) if place not in dropped]


def _same(one: Draft, other: Draft) -> bool:
    if {squash(answer) for answer in one.answers} & {squash(answer) for answer in other.answers}:
        return True
    return any(
        a.doc_id == b.doc_id and (a.start or 0) < (b.end or 0) and (b.start or 0) < (a.end or 0)
        for a in one.evidence
        for b in other.evidence
    )


def unknown(drafts: Sequence[Draft], known: Iterable[str], threshold: float) -> list[Draft]:
    """Drop what says what a known question says."""
    near = alike([draft.text for draft in drafts], list(known), threshold)
    return [draft for place, draft in enumerate(drafts) if place not in near]


def overlap(text: str, passage: str) -> float:
    """Return the share of a question's content words that stand in a passage; 0 where it has none."""
    asked = set(morphemes(text))
    return len(asked & set(morphemes(passage))) / len(asked) if asked else 0.0


def own_words(drafts: Iterable[Draft], chunks: Mapping[str, Chunk], most: float) -> list[Draft]:
    """Keep the questions of whose content words at most the share ``most`` stands in their chunk or above it."""
    if most >= 1:
        return list(drafts)
    kept = []
    for draft in drafts:
        chunk = chunks[draft.chunk_id]
        if overlap(draft.text, f"{chunk.heading}\n{chunk.text}") <= most:
            kept.append(draft)
    return kept


def round_trip(drafts: Sequence[Draft], find: Find, top_k: int) -> list[Draft]:
    """Keep the questions whose own chunk is among the ``top_k`` that ``find(texts, top_k)`` returns by id."""
    results = find([draft.text for draft in drafts], top_k)
    return [draft for draft, chunk_ids in zip(drafts, results, strict=True) if draft.chunk_id in chunk_ids]


def select(
    drafts: Sequence[Draft],
    per_chunk: int | None = None,
    per_document: int | None = None,
    per_type: int | None = None,
) -> list[Draft]:
    """Keep so many questions a chunk, a document and a type; chunks take turns, each gives one of the rarest type."""
    waiting: dict[str, list[Draft]] = {}
    for draft in drafts:
        waiting.setdefault(draft.chunk_id, []).append(draft)
    counts: dict[str, Counter[str]] = {"chunk": Counter(), "document": Counter(), "type": Counter()}
    caps = {"chunk": per_chunk, "document": per_document, "type": per_type}

    def open_to(draft: Draft) -> bool:
        return all(
            cap is None or counts[kind][key] < cap for (kind, cap), key in zip(caps.items(), _keys(draft), strict=True)
        )

    kept: list[Draft] = []
    while waiting:
        for chunk_id in list(waiting):
            left = [draft for draft in waiting[chunk_id] if open_to(draft)]
            if not left:
                del waiting[chunk_id]
                continue
            rarest = min(left, key=lambda draft: counts["type"][draft.type])
            for kind, key in zip(caps, _keys(rarest), strict=True):
                counts[kind][key] += 1
            left.remove(rarest)
            waiting[chunk_id] = left
            kept.append(rarest)
    return kept


def _keys(draft: Draft) -> tuple[str, str, str]:
    return draft.chunk_id, draft.chunk_id.rpartition("#")[0], draft.type
