from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onggi.korean.kiwi import CONTENT_TAGS, analyze
from onggi.models import late_interaction as module
from onggi.models.encoder import Encoder
from onggi.models.late_interaction import LateInteraction
from onggi.models.params import EmbedParams

QUERY = "소금 창고는 언제 닫나요"


@pytest.fixture(scope="module")
def late(model: Path, embed: EmbedParams) -> LateInteraction:
    return LateInteraction(Encoder.load(model, embed), embed)


def scores(late: LateInteraction, query: str, passages: list[str]) -> list[float]:
    """Return the score of each passage; each must come once."""
    found = list(late.scores([(query, passage) for passage in passages]))
    assert sorted(place for place, _ in found) == list(range(len(passages)))
    return [score for _, score in sorted(found)]


def test_late_interaction_is_the_weighted_mean_of_squared_best_cosines(
    late: LateInteraction, texts: list[str], embed: EmbedParams
) -> None:
    query = late.encoder.tokens([QUERY], embed.query_max_length)[0].astype(np.float64)
    offsets = late.encoder.tokenizer(QUERY, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
    content = [morpheme for morpheme in analyze(QUERY) if morpheme.tag in CONTENT_TAGS]
    own = [any(start < m.end and m.start < end for m in content) for start, end in offsets]
    assert {True, False} == set(own)
    for text, score in zip(texts, scores(late, QUERY, texts), strict=True):
        passage = late.encoder.tokens([text], embed.passage_max_length)[0].astype(np.float64)
        total = reached = 0.0
        for token, counts in zip(query, own, strict=True):
            length = np.linalg.norm(token)
            if not counts or length == 0:
                continue
            cosines = [token @ other / length / np.linalg.norm(other) for other in passage if other.any()]
            total += length**2
            reached += length**2 * max(0.0, *cosines) ** 2
        assert score == pytest.approx(reached / total, abs=1e-5)


def test_a_question_without_content_counts_every_token(late: LateInteraction, texts: list[str]) -> None:
    assert not [morpheme for morpheme in analyze("이것은 무엇인가요?") if morpheme.tag in CONTENT_TAGS]
    assert max(scores(late, "이것은 무엇인가요?", texts[:3])) > 0


def test_the_passage_that_holds_the_question_wins(late: LateInteraction, texts: list[str]) -> None:
    (wanted,) = [place for place, text in enumerate(texts) if "소금 창고" in text and "겨울에는" in text]
    assert int(np.argmax(scores(late, "소금 창고는 겨울에 예약을 받나요", texts))) == wanted


@settings(max_examples=30, deadline=None)
@given(st.text("가나다 소금독.?", max_size=30), st.lists(st.text("가나다 소금독.?", max_size=60), max_size=5))
def test_scores_are_shares(late: LateInteraction, query: str, passages: list[str]) -> None:
    assert all(0 <= score <= 1 + 1e-6 for score in scores(late, query, passages))


def test_no_more_passages_are_held_than_allowed(
    model: Path, texts: list[str], embed: EmbedParams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BYTES_HELD", 3 * 4 * module.TOKENS * 32)
    small = LateInteraction(Encoder.load(model, embed), embed)
    free = scores(small, QUERY, texts)
    read = sorted(texts, key=len)
    assert list(small._held) == read[-3:]
    scores(small, QUERY, [read[-2], read[0], read[0]])
    assert list(small._held) == [read[-1], read[0], read[-2]]
    assert scores(small, QUERY, texts) == free


def test_pairs_of_several_queries_keep_their_places(late: LateInteraction, texts: list[str]) -> None:
    pairs = [(query, text) for text in texts[:4] for query in ("소금 창고", QUERY, "누룩방")]
    found = dict(late.scores(pairs))
    assert [found[place] for place in range(12)] == [scores(late, query, [text])[0] for query, text in pairs]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.text("가나다 소금독.?", max_size=30), st.text("가나다 소금독.?", max_size=60)), max_size=40),
    st.integers(1, 5), st.integers(1, 5), st.integers(1, 3), st.integers(0, 5),
)  # fmt: skip
def test_a_score_is_the_same_alone_and_among_any_pairs(
    late: LateInteraction, pairs: list[tuple[str, str]], together: int, call: int, most: int, others: int
) -> None:
    """However queries and passages are grouped for the products, and whatever company a pair has in them."""
    asking = [query for query, _ in pairs[: others * 4]]
    pairs = pairs + [(query, pairs[(place * 7) % len(pairs)][1]) for place, query in enumerate(asking)]
    alone = [score for pair in pairs for _, score in late.scores([pair])]
    assert [score for _, score in sorted(late.scores(pairs))] == alone
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "PASSAGES_TOGETHER", together)
        patch.setattr(module, "PASSAGES_A_CALL", call)
        patch.setattr(module, "MOST_ROWS", 32 * most)
        assert [score for _, score in sorted(late.scores(pairs))] == alone


@given(st.integers(1, 300), st.integers(1, 130), st.sampled_from([24, 32, 256, 384]), st.data())
@settings(max_examples=60, deadline=None)
def test_a_row_of_a_product_is_the_same_in_any_company(rows: int, tokens: int, size: int, data: st.DataObject) -> None:
    """What the promise hangs on; OpenBLAS, for one, does not hold it."""
    drawn = np.random.default_rng(rows * tokens)
    units = drawn.standard_normal((rows, size), np.float32)
    passage = module._filled(drawn.standard_normal((tokens, size), np.float32))
    row = data.draw(st.integers(0, rows - 1))
    together = module._nearest(units, np.arange(rows), passage)
    assert together[row] == module._nearest(units, np.array([row]), passage)[0]
