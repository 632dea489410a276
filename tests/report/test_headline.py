import pytest

from onggi.report.headline import choice, gains, to_choose
from onggi.report.inputs import Metrics


def metrics(dev: dict[str, float], pairs: dict[str, tuple[float, float]]) -> Metrics:
    scores = {system: {"nDCG@10": value} for system, value in dev.items()}
    tests = {key: {"queries": 9, "nDCG@10": {"difference": d, "p": p}} for key, (d, p) in pairs.items()}
    return Metrics({"retrieval": scores, "dev": scores, "significance": tests})


def test_the_pairs_that_params_name_and_that_of_the_chosen_system_are_told() -> None:
    pairs = {"가 → 나": (0.1, 0.01), "바탕 → 가": (0.2, 0.01), "바탕 → 나": (0.3, 0.05), "바탕 → 다": (-0.1, 0.001)}
    found = metrics({"바탕": 0.1, "가": 0.2, "나": 0.3, "다": 0.0}, pairs)
    assert gains(found) == (
        "test의 차이는 가 → 나 +0.1000(p = 0.0100, 더 좋음), 바탕 → 나 +0.3000(p = 0.0500, 우연과 구별되지 않음)입니다."
    )


def test_where_the_baseline_is_chosen_its_pairs_are_told() -> None:
    found = metrics({"바탕": 0.9, "가": 0.2}, {"바탕 → 가": (-0.2, 0.0)})
    assert choice(found) == "바탕"
    assert gains(found) == "test의 차이는 바탕 → 가 −0.2000(p < 0.0001, 더 나쁨)입니다."


def test_of_equals_the_first_is_chosen() -> None:
    assert choice(metrics({"a": 0.5, "b": 0.7, "c": 0.7}, {})) == "b"


@pytest.mark.parametrize(
    ("objects", "said", "gained"),
    [
        ({}, "아직 평가한 시스템이 없습니다(retrieval.json 없음).", ""),
        (
            {"retrieval": {"a": {"nDCG@10": 1.0}}},
            "dev를 재지 않아 시스템을 고를 수 없습니다(dev.json 없음).",
            "test에서 차이를 검정한 짝은 없습니다(significance.json 없음).",
        ),
        (
            {"retrieval": {"a": {"nDCG@10": 1.0}}, "dev": {"a": {}}, "significance": {"a → b": {"queries": 3}}},
            "dev를 재지 않아 시스템을 고를 수 없습니다(nDCG@10 값 없음).",
            "test에서 차이를 검정한 짝은 없습니다.",
        ),
    ],
)
def test_what_is_not_known_is_said_to_be_so(objects: dict[str, dict[str, object]], said: str, gained: str) -> None:
    assert (to_choose(Metrics(objects)), gains(Metrics(objects))) == (said, gained)
