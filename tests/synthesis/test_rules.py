"""Each rule on invented text: what it asks, and what it lets be."""

from collections.abc import Callable

import pytest

from onggi.core.schema import Chunk
from onggi.synthesis.drafts import SourceDocument
from onggi.synthesis.extractive import RULES, ExtractiveWriter

Cases = list[tuple[str, str, str, str]]

ASKED: Cases = [
    ("question", "장독 대여 > 장독을 깨면 물어내나요?", "수리비의 절반을 냅니다. 고칠 수 있을 때만 그렇습니다.",
     "장독을 깨면 물어내나요?"),
    ("condition", "장독 대여", "빌린 장독을 깨뜨리면 수리비의 절반을 냅니다.", "빌린 장독을 깨뜨리"),
    ("condition", "장독 대여", "사용일 전에 예약을 취소하시면 낸 돈을 돌려드립니다.", "예약을 취소하면 어떻게 되나요?"),
    ("condition", "장독 대여", "큰 장독을 빌리려면 신분증을 제출해야 합니다.",
     "큰 장독을 빌리려면 어떻게 해야 하나요?"),
    ("definition", "옹기두레", "옹기두레는 혼자 사는 어르신의 장독을 씻어 드리는 봉사 사업입니다.", "옹기두레"),
    ("section", "장독 대여 > 취소와 환불", "빌리기 하루 전까지 취소하면 모두 돌려드립니다. 당일에는 안 됩니다.",
     "취소와 환불 규정"),
    ("section", "장독 대여 > 언제 여나요", "봄부터 가을까지 엽니다. 겨울에는 장독대가 얼어 닫습니다.", "언제 여나요?"),
    ("heading", "장독 지원 > 신청 방법", "- 주민센터에 방문해 신청합니다", "신청"),
    ("label", "장독 대여", "이용료: 5,000원", "장독 대여 이용료"),
    ("cell", "장독 대여", "구분 | 보증금\n---|---\n항아리 | 9,000원\n시루 | 5,000원", "장독 대여 항아리 보증금"),
    ("comparison", "장독 대여", "구분 | 보증금\n---|---\n항아리 | 9,000원\n시루 | 5,000원", "시루"),
    ("steps", "장독 지원 > 절차", "신청서 제출 → 현장 조사 → 대상자 선정 → 지원금 지급", "장독 지원"),
]  # fmt: skip
LET_BE: Cases = [
    ("question", "장독 대여 > 그럼 이것도 물어내나요?", "수리비의 절반을 냅니다. 고칠 수 있을 때만 그렇습니다.",
     "points at what was said"),
    ("question", "장독 대여", "장독을 깨면 물어내나요?\n답은 다음 쪽을 보세요.", "no answer"),
    ("condition", "장독 대여", "날이 좋으면 장독대에 볕이 잘 듭니다.", "nothing follows for anybody"),
    ("condition", "장독 대여", "예를 들면 수리비로 5,000원을 냅니다.", "no condition"),
    ("condition", "장독 대여", "그것을 깨뜨리면 수리비의 절반을 냅니다.", "points at what was said"),
    ("condition", "장독 대여", "장독을 깨뜨렸으면 수리비를 냈다.", "told of the past"),
    ("definition", "옹기두레", "장독은 김치를 담는 그릇입니다.", "not the topic"),
    ("definition", "옹기두레", "옹기두레는 올해 접수가 끝난 것입니다.", "nothing is defined"),
    ("section", "장독 대여 > 알아 둘 점", "빌리기 하루 전까지 취소하면 모두 돌려드립니다.",
     "a heading that names nothing"),
    ("section", "장독 대여 > 환불", "자세한 것은 아래 표를 보시기 바랍니다. 참고하세요.", "points elsewhere"),
    ("heading", "장독 지원 > 신청 방법", "- 다음 표와 같이 신청", "points elsewhere"),
    ("heading", "장독 지원 > 예약과 기간", "사흘 전에 예약하면 3일 동안 빌립니다.", "two things"),
    ("label", "장독 대여", "이용료: 담당자에게 물어보세요", "no price"),
    ("label", "장독 대여", "장독지기: 5,000원을 받겠다", "no attribute"),
    ("cell", "장독 대여", "구분 | 비고\n---|---\n항아리 | 9,000원\n시루 | 5,000원", "a column that names nothing"),
    ("cell", "장독 대여", "구분 | 보증금\n---|---\n합계 | 9,000원\n소계 | 5,000원", "rows that name nothing"),
    ("comparison", "장독 대여", "구분 | 보증금\n---|---\n항아리 | 9,000원\n시루 | 없음", "values of two kinds"),
    ("comparison", "장독 대여", "구분 | 보증금\n---|---\n어른 | 9,000원\n항아리 | 5,000원", "a person and a jar"),
    ("steps", "장독 지원 > 신청", "누리집 로그인 → 메뉴 → 신청 → 접수", "a path through menus"),
    ("steps", "장독 지원", "흙 → 물레 → 가마", "no acts"),
]  # fmt: skip


@pytest.fixture
def written() -> Callable[[str, str, str], list[str]]:
    """Return the questions one rule writes of a chunk."""

    def write(rule: str, heading: str, text: str) -> list[str]:
        chunk = Chunk(f"a.md#0-{len(text)}", "a.md", 0, len(text), text, 0, heading)
        return [
            draft.text
            for draft in ExtractiveWriter(0).write([SourceDocument(chunk.doc_id, chunk.text, [chunk])])
            if draft.rule == rule
        ]

    return write


@pytest.mark.parametrize(("rule", "heading", "text", "part"), ASKED)
def test_asked(written: Callable[[str, str, str], list[str]], rule: str, heading: str, text: str, part: str) -> None:
    questions = written(rule, heading, text)
    assert questions
    assert any(part in question for question in questions)
    assert all(heading.split(" > ")[0] in question for question in questions)


@pytest.mark.parametrize(("rule", "heading", "text", "why"), LET_BE)
def test_let_be(written: Callable[[str, str, str], list[str]], rule: str, heading: str, text: str, why: str) -> None:
    assert written(rule, heading, text) == [], why


def test_every_rule_is_tried_both_ways() -> None:
    assert {case[0] for case in ASKED} == {case[0] for case in LET_BE} == set(RULES)
