from contextlib import closing
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onggi.korean import duplicates, postings, twins
from onggi.korean.duplicates import Overlap, near_duplicates, overlaps
from onggi.korean.normalize import gram_hashes, jaccard, shingles
from onggi.work.memo import Memo, using
from onggi.work.store import Store

SYLLABLES = [chr(code) for code in range(ord("가"), ord("힣"), 7)]

# Texts that share their 5-grams to every degree: a start of one text and an end of another.
BASES = ["".join(Random(seed).choices("가나다라마바사아자차카타파하", k=60)) for seed in range(3)]
TEXTS = st.lists(
    st.tuples(st.sampled_from(BASES), st.sampled_from(BASES), st.integers(0, 60), st.integers(0, 60)).map(
        lambda parts: parts[0][: parts[2]] + " " + parts[1][parts[3] :]
    ),
    max_size=12,
)
THRESHOLDS = st.sampled_from([0.1, 0.5, 0.7, 0.8, 0.95, 1.0])


def brute_force(texts: dict[str, str], threshold: float) -> list[Overlap]:
    grams = {doc_id: shingles(text) for doc_id, text in texts.items()}
    found = []
    for a, b in combinations(sorted(texts), 2):
        least, shared = min(len(grams[a]), len(grams[b])), len(grams[a] & grams[b])
        if shared / least >= threshold:
            found.append(Overlap(a, b, jaccard(grams[a], grams[b]), shared / least, least))
    return found


def joined(texts: dict[str, str], threshold: float) -> list[Overlap]:
    return sorted(overlaps(texts.items(), threshold), key=lambda overlap: (overlap.first, overlap.second))


@given(TEXTS)
def test_two_texts_are_compared_by_their_places(texts: list[str]) -> None:
    with closing(twins.Twins(0.9)) as search:
        for place, text in enumerate(texts):
            search.add(str(place), text, len(gram_hashes(text)))
        for one, first in enumerate(texts):
            for other, second in enumerate(texts):
                assert search.jaccard(one, other) == jaccard(shingles(first), shingles(second))


@settings(max_examples=80, deadline=None)
@given(TEXTS, THRESHOLDS)
def test_overlaps_are_those_of_brute_force(drawn: list[str], threshold: float) -> None:
    texts = {f"d{n:02}": text for n, text in enumerate(drawn)}
    assert joined(texts, threshold) == brute_force(texts, threshold)


@settings(max_examples=40, deadline=None)
@given(TEXTS, THRESHOLDS)
def test_near_duplicates_are_those_of_brute_force(drawn: list[str], threshold: float) -> None:
    texts = {f"d{n:02}": text for n, text in enumerate(drawn)}
    found = near_duplicates(texts, threshold)
    assert sorted(found) == [(o.first, o.second) for o in brute_force(texts, threshold) if o.jaccard >= threshold]
    assert found == sorted(found, key=lambda pair: pair[::-1])


def four_fifths(random: Random) -> tuple[str, str]:
    """Return two texts of 396 grams that share 352: their Jaccard is 352 / 440, 0.8 exactly."""
    text = "".join(random.choices(SYLLABLES, k=400))
    pair = text, text[:356] + "".join(random.choices(SYLLABLES, k=44))
    assert jaccard(*map(shingles, pair)) == 0.8
    return pair


def test_no_pair_at_the_threshold_is_missed() -> None:
    """MinHash with 128 permutations misses one in eight of these."""
    random = Random(1)
    pairs = [four_fifths(random) for _ in range(100)]
    texts = {f"{n:03}{side}": text for n, pair in enumerate(pairs) for side, text in zip("ab", pair, strict=True)}
    assert near_duplicates(texts, 0.8) == [(f"{n:03}a", f"{n:03}b") for n in range(100)]


def test_a_notice_in_a_handbook() -> None:
    random = Random(2)
    notice, before, after = ("".join(random.choices(SYLLABLES, k=size)) for size in (200, 3000, 3000))
    (found,) = overlaps({"handbook": before + notice + after, "notice": notice, "other": after[::-1]}.items(), 0.8)
    assert (found.first, found.second, found.contained, found.grams) == ("handbook", "notice", 1.0, 196)
    assert found.jaccard == 196 / 6196
    assert near_duplicates({"handbook": before + notice + after, "notice": notice}, 0.8) == []


@pytest.mark.parametrize("block", [1, 40, 1000])
def test_how_much_is_indexed_at_once_does_not_matter(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    random = Random(3)
    texts = {f"d{n:02}": BASES[n % 3][random.randint(0, 20) :] for n in range(30)}
    expected = brute_force(texts, 0.8)
    near = [(o.first, o.second) for o in expected if o.jaccard >= 0.8]
    monkeypatch.setattr(duplicates, "BLOCK", block)
    monkeypatch.setattr(twins, "BLOCK", block)
    assert joined(texts, 0.8) == expected and len(expected) > 100
    assert sorted(near_duplicates(texts, 0.8)) == near and len(near) > 50


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0.7, 0.8, 0.9, 0.95]))
def test_near_duplicates_of_long_texts_are_those_of_brute_force(seed: int, threshold: float) -> None:
    """Of which the rarest grams are compared alone: copies with some syllables changed, cut off and added."""
    random = Random(seed)
    texts = {}
    for number in range(12):
        text = list("".join(random.choices(SYLLABLES, k=random.randint(150, 900))))
        for copy in range(3):
            texts[f"{number:02}{copy}"] = "".join(text[: random.randint(len(text) * 8 // 10, len(text))])
            for place in random.sample(range(len(text)), random.randint(0, len(text) // 60)):
                text[place] = random.choice(SYLLABLES)
    expected = [(o.first, o.second) for o in brute_force(texts, threshold) if o.jaccard >= threshold]
    assert sorted(near_duplicates(texts, threshold)) == expected


def test_counters_that_grams_share_hide_no_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {f"d{n}": BASES[n % 3] for n in range(6)}
    monkeypatch.setattr(duplicates, "SLOT_BITS", 1)
    monkeypatch.setattr(postings, "INDEX_BITS", 1)
    monkeypatch.setattr(twins, "COUNTER_BITS", 1)
    assert near_duplicates(texts, 0.8) == [("d0", "d3"), ("d1", "d4"), ("d2", "d5")]


def test_more_documents_than_a_counter_counts() -> None:
    texts = {f"d{n:03}": BASES[0] + BASES[1][:n] for n in range(0, 60)} | {f"e{n:03}": BASES[0] for n in range(240)}
    assert joined(texts, 1.0) == brute_force(texts, 1.0)


def test_twins_that_differ_in_a_word() -> None:
    text = (
        "너울 마을 도서관은 매주 화요일부터 일요일까지 아침 아홉 시에 문을 열고 저녁 여섯 시에 닫는다. 월요일과 설날, "
        "추석에는 쉬며, 빌린 책은 문 앞 통에 넣어 두면 다음 날 돌려준 것으로 친다."
    )
    texts = {"b": text, "a": text.replace("여섯", "일곱"), "c": text.replace(" ", "\n"), "d": "다른 글이다"}
    assert near_duplicates(texts, 0.8) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert near_duplicates(texts, 1.0) == [("b", "c")]


def test_the_order_of_the_texts_does_not_matter() -> None:
    texts = {f"d{n}": BASES[n % 3] for n in range(6)}
    assert near_duplicates(dict(reversed(texts.items())), 0.8) == near_duplicates(texts, 0.8)
    assert near_duplicates(texts, 0.8) == [("d0", "d3"), ("d1", "d4"), ("d2", "d5")]


def test_short_texts_are_compared_whole() -> None:
    assert near_duplicates({"a": "독?", "b": "독", "c": "물"}, 0.8) == [("a", "b")]
    assert near_duplicates({"a": "", "b": "?!", "c": "물"}, 0.8) == [("a", "b")]
    assert near_duplicates({}, 0.8) == []


@settings(max_examples=40, deadline=None)
@given(st.text(st.sampled_from("가나다ab .\U0001f60a\U00020000"), max_size=30))
def test_there_is_a_hash_for_every_shingle(text: str) -> None:
    hashes = gram_hashes(text)
    assert len(hashes) == len(shingles(text)) and list(hashes) == sorted(hashes)


def compared(texts: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> tuple[list[tuple[str, str]], int]:
    """Return the near-duplicates, and of how many texts the grams were looked at."""
    seen: list[int] = []
    grams = twins.Twins._grams
    with monkeypatch.context() as patch:
        patch.setattr(twins.Twins, "_grams", lambda self, row: seen.append(row) or grams(self, row))
        return near_duplicates(texts, 0.8), len(seen)


def test_with_one_text_more_those_of_its_size_are_compared_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(4)
    texts = {}
    for number in range(40):
        text = "".join(random.choices(SYLLABLES, k=round(20 * 1.2**number)))
        texts |= {f"{number:02}a": text, f"{number:02}b": f"{text}끝"}
    expected = [(f"{number:02}a", f"{number:02}b") for number in range(40)]
    with using(Memo(Store(tmp_path / "memo.sqlite"))):
        assert compared(texts, monkeypatch)[0] == expected
        assert compared({f"z{name}": text for name, text in texts.items()}, monkeypatch)[1] == 0
        texts["20c"] = texts["20a"] + "독"
        found, count = compared(texts, monkeypatch)
        assert found == sorted([*expected, ("20a", "20c"), ("20b", "20c")], key=lambda pair: pair[::-1])
        assert 3 <= count <= 12


@pytest.mark.parametrize("row", [b"", b"abc", bytes(13), b"\xff" * 12])
def test_a_row_of_other_texts_is_made_again(tmp_path: Path, row: bytes) -> None:
    texts = {"a": BASES[0], "b": BASES[0] + "독"}
    store = Store(tmp_path / "memo.sqlite")
    with using(Memo(store)) as memo:
        assert near_duplicates(texts, 0.8) == [("a", "b")]
        memo.keep()
        assert store.write("UPDATE rows SET value = ?, sum = ?", [(row, b"")])
        for key, *_ in list(store.rows("SELECT key FROM rows")):
            store.add("twins", {key: row})
        assert near_duplicates(texts, 0.8) == ([("a", "b")] if row else [])


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 10**6), st.integers(1, 10**6), st.sampled_from([0.5, 0.8, 0.9, 0.95, 1.0]))
def test_sizes_that_may_be_near_are_of_neighbouring_classes(size: int, other: int, threshold: float) -> None:
    other = max(round(size * threshold), min(size, other))
    with closing(twins.Twins(threshold)) as found:
        found._sizes, found._digests = [size, other], [b"a", b"b"]
        first, last = (next(n for n, rows in found._classes().items() if row in rows) for row in (1, 0))
        assert 0 <= last - first <= 1 or other < size * threshold
