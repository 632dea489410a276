import json
from collections import Counter

import pytest
from sklearn.metrics import cohen_kappa_score

from onggi.core.errors import GoldError
from onggi.evaluation.language.agreement import cases_of, kappa, label_of, read_verdicts
from tests.evaluation.language.judging import FESTIVAL, MONTH, NORTH, SALTED, WHERE, case, judge
from tests.structure.modules import ROOT

TEXT = f"{NORTH} {MONTH} {SALTED} {FESTIVAL}"


def line(name, answer, faithful, correct, quote=NORTH):
    contexts = [{"source": "jang.md", "quote": quote}]
    given = {"id": name, "question": WHERE, "answer": answer, "reference": NORTH, "contexts": contexts}
    return given | {"faithful": faithful, "correct": correct}


def write(path, *lines):
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in lines), "utf-8")
    return path


def labelled(path, *lines):
    found = read_verdicts(write(path, *lines))
    return list(zip(found, cases_of(found, [("jang.md", TEXT)]), strict=True))


def test_kappa_of_two_readers_of_grant_proposals():
    """The known example: 50 proposals, 20 both yes, 15 both no, 5 and 10 apart; (0.7 - 0.5) / (1 - 0.5)."""
    one = ["yes"] * 25 + ["no"] * 25
    other = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert kappa(one, other) == 0.4


@pytest.mark.parametrize("seed", range(4))
def test_kappa_is_sklearns(seed):
    numbers = [(seed * 7919 + 31 * n * n) % 97 for n in range(60)]
    one, other = [n % 3 for n in numbers], [(n % 3 if n % 4 else n % 2) for n in numbers]
    assert kappa(one, other) == pytest.approx(cohen_kappa_score(one, other))


def test_kappa_where_chance_leaves_nothing():
    assert kappa([], []) is None
    assert kappa(["yes"] * 3, ["yes"] * 3) is None
    assert kappa(["yes", "no"], ["no", "yes"]) == -1.0


def test_scores_as_labels():
    assert [label_of(score) for score in (0.0, 1 / 3, 0.34, 0.66, 2 / 3, 1.0)] == [
        "no", "no", "partly", "partly", "yes", "yes",
    ]  # fmt: skip


def test_the_judge_beside_the_labels(tmp_path):
    known = labelled(
        tmp_path / "verdicts.jsonl",
        line("a", NORTH, "yes", "yes"),
        line("b", f"{NORTH} {SALTED}", "partly", "partly"),  # correct: 2 * 0.5 * 1 / 1.5, which amounts to a yes
        line("c", FESTIVAL, "no", "no"),
        line("d", MONTH, "yes", "no", quote=MONTH),
        line("e", FESTIVAL, "yes", "no"),  # of which the judge finds nothing in its context
    )
    about = judge(labelled=known)[0].judge([]).about["judge"]
    # Faithful: 4 of 5 equal; by chance (2·3 + 1·1 + 2·1) / 25. Correct: 4 of 5; (2·1 + 0·1 + 3·3) / 25.
    assert about["agreement"] == {
        "faithfulness": {"answers": 5, "judged": 5, "equal": 0.8, "kappa": round((20 - 9) / (25 - 9), 4)},
        "factual_correctness": {"answers": 5, "judged": 5, "equal": 0.8, "kappa": round((20 - 11) / (25 - 11), 4)},
    }


def test_labelled_answers_enter_no_mean(tmp_path):
    known = labelled(tmp_path / "verdicts.jsonl", line("a", FESTIVAL, "no", "no"))
    verdict = judge(labelled=known)[0].judge([case(WHERE, NORTH, NORTH, NORTH)])
    assert verdict.values["ragas"]["faithfulness"] == 1.0
    assert verdict.about["judge"]["coverage"]["faithfulness"]["of"] == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"faithful": "maybe"}, "verdicts.jsonl:1: faithful: got 'maybe'"),
        ({"contexts": []}, "verdicts.jsonl:1: contexts: got []"),
        ({"answer": " "}, "verdicts.jsonl:1: answer: got ' '"),
        ({"more": 1}, "verdicts.jsonl:1: more: got 1"),
    ],
)
def test_a_line_that_is_none_is_named(tmp_path, change, said):
    path = write(tmp_path / "verdicts.jsonl", line("a", NORTH, "yes", "yes") | change)
    with pytest.raises(GoldError) as caught:
        read_verdicts(path)
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_an_id_that_appears_twice_and_a_file_that_is_not_there_are_named(tmp_path):
    twice = write(tmp_path / "verdicts.jsonl", line("a", NORTH, "yes", "yes"), line("a", NORTH, "no", "no"))
    with pytest.raises(GoldError, match=r"verdicts.jsonl:2: the id 'a' appears twice"):
        read_verdicts(twice)
    with pytest.raises(GoldError, match=r"no such file; set judge\.verdicts"):
        read_verdicts(tmp_path / "gone.jsonl")


def test_a_quote_that_is_not_in_its_document_is_named(tmp_path):
    with pytest.raises(GoldError, match=r"verdicts.jsonl:1: the quote '없는 말.' is not in jang.md"):
        labelled(tmp_path / "verdicts.jsonl", line("a", NORTH, "yes", "yes", quote="없는 말."))


def test_the_labels_of_the_demo():
    """Sixty answers, of each kind about as many; questions and reference answers are those of the demo's gold."""
    found = [each.line for each in read_verdicts(ROOT / "data" / "gold" / "verdicts.jsonl")]
    gold = [json.loads(text) for text in (ROOT / "data" / "gold" / "questions.jsonl").read_text("utf-8").splitlines()]
    answers = {each["question"]: each["answer"] for each in gold}
    assert len({each.question for each in found}) == len(found) == 60
    assert all(answers[each.question] == each.reference for each in found)
    for labels in (Counter(each.faithful for each in found), Counter(each.correct for each in found)):
        assert labels.keys() == {"yes", "partly", "no"} and min(labels.values()) >= 12
    # A judge that takes one label for the other does not get through: they agree little beyond chance.
    apart = kappa([each.faithful for each in found], [each.correct for each in found])
    assert apart is not None and apart < 0.5
