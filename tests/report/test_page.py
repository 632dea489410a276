import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sample
from lxml import etree, html

from onggi.core.errors import TableError
from onggi.report import Comparison, load_folder, read_dag, render

SVG = "{http://www.w3.org/2000/svg}"


def page_of(project: Path) -> str:
    return render(load_folder(project / "metrics"), read_dag(project / "dvc.yaml"))


def table(page: html.HtmlElement, caption: str) -> list[list[str]]:
    (found,) = [t for t in page.iter("table") if t.findtext("caption") == caption]
    return [[" ".join(c.text_content().split()) for c in row] for row in found.iterfind(".//tr")]


def test_headline_is_one_sentence_from_the_numbers(project: Path) -> None:
    heading = html.fromstring(page_of(project)).findtext(".//h1").replace("\N{NO-BREAK SPACE}", " ")
    assert heading == (
        "가장 좋은 시스템은 nDCG@10 0.7654의 hybrid이며, "
        "미세조정(dense-base → dense-tuned)의 차이는 +0.1002(p = 0.0031), "
        "융합(bm25 → hybrid)의 차이는 +0.1142(p < 0.0001)입니다."
    )


def test_measures_stand_as_in_the_file_with_p_between_the_rows(project: Path) -> None:
    rows = table(html.fromstring(page_of(project)), "시스템별 검색 지표")
    assert rows[0] == ["system", *sample.MEASURES]
    assert rows[1] == ["bm25", "0.5000", "0.8000", "0.6000", "0.6512"]
    assert rows[2] == ["bm25 → dense-base: nDCG@10 −0.0511, p = 0.2211, 질문 40개"]
    assert rows[7] == ["hybrid", "0.6000", "0.9000", "0.7100", "0.7654"]
    assert rows[8] == ["bm25 → hybrid: nDCG@10 +0.1142, p < 0.0001, 질문 40개"]
    assert len(rows) == 9


def test_the_best_of_each_measure_is_bold(project: Path) -> None:
    page = html.fromstring(page_of(project))
    bold = [cell.text for cell in page.iterfind(".//table[@class='measures']//strong")]
    assert bold == ["0.6000", "0.9000", "0.7100", "0.7654"]


def test_counts_of_the_funnel(project: Path) -> None:
    page = html.fromstring(page_of(project))
    steps = {li.find("span").text: li.find("b").text for li in page.find_class("steps")[0]}
    assert steps == {
        "문서": "84",
        "청크": "612",
        "정답 질문": "240",
        "합성 질문": "600",
        "학습 예제": "600",
        "평가 질문": "40",
    }
    assert table(page, "만듦 · 남김 · 남은 비율") == [
        ["", "만듦", "남김", "남은 비율"],
        ["정의", "400", "350", "0.8750"],
        ["절차", "300", "250", "0.8333"],
        ["합계", "700", "600", "–"],
    ]
    assert ["faithfulness", "needs an LLM as judge; the embedded default has none"] in table(
        page, "계산하지 않은 것과 이유"
    )


def test_failures_show_question_expected_found_and_rank(project: Path) -> None:
    first, second = html.fromstring(page_of(project)).find_class("failures")[0]
    text = " ".join(first.text_content().split())
    for part in (sample.FAILURES[0]["question"], "대여료는 하루 3,000원이다.", "시설/장독대.md", "0.0328", "12위"):
        assert str(part) in text
    assert "찾은 목록에 없음" in second.text_content()


def test_text_of_documents_is_escaped(project: Path) -> None:
    text = page_of(project)
    assert "<script" not in text and "<img" not in text and "<b>깨짐" not in text
    assert "장독대 &lt;script&gt;alert(1)&lt;/script&gt; 대여료는?" in text
    assert "장독대 &amp; 텃밭은 &lt;/p&gt; 무료" in text


def test_names_of_systems_and_stages_are_escaped_in_pictures(project: Path) -> None:
    evil = "<script>x</script>"
    for name in ("retrieval.json", "recall_curve.csv", "per_type.csv"):
        path = project / "metrics" / name
        path.write_text(path.read_text("utf-8").replace("hybrid", evil), "utf-8")
    (project / "dvc.yaml").write_text(sample.DVC_YAML.replace("finetune:", f'"{evil}":'), "utf-8")
    assert "<script" not in page_of(project)


def test_page_needs_no_network_and_no_script(project: Path) -> None:
    page = html.fromstring(page_of(project))
    assert not list(page.iter("script", "link", "img", "iframe", "object", "embed", "base"))
    for element in page.iter():
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert "//" not in value or (name == "xmlns" and value == SVG[1:-1]), (name, value)
    assert not re.search(r"@import|url\((?!#)", page_of(project))


def test_pictures_are_well_formed_and_described(project: Path) -> None:
    text = page_of(project)
    pictures = [etree.fromstring(found) for found in re.findall(r"<svg.*?</svg>", text, re.DOTALL)]
    assert len(pictures) == 2 + 2 + 6 + 2  # DAG, recall and loss in two sizes, a chart for each type
    for picture in pictures:
        labels = [picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")]
        assert all(label is not None and label.text for label in labels)
        assert picture.get("aria-labelledby") == " ".join(label.get("id") for label in labels)
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_page_says_its_language_and_captions_its_tables(project: Path) -> None:
    page = html.fromstring(page_of(project))
    assert page.get("lang") == "ko"
    assert all(t.findtext("caption") for t in page.iter("table"))
    for link in page.iterfind(".//nav/a"):
        assert page.get_element_by_id(link.get("href")[1:]) is not None


def test_nothing_at_all_is_said_part_by_part(tmp_path: Path) -> None:
    page = html.fromstring(render(load_folder(tmp_path), read_dag(tmp_path / "dvc.yaml")))
    assert page.findtext(".//h1") == "아직 평가한 시스템이 없습니다(retrieval.json 없음)."
    absent = " ".join(found.text_content() for found in page.find_class("absent"))
    for name in ("dvc.yaml", "retrieval.json", "recall_curve.csv", "per_type.csv", "failures.json", "loss.csv"):
        assert name in absent
    for name in ("ingest", "chunks", "gold", "questions", "negatives", "training", "coverage", "answers"):
        assert f"{name}.json" in absent
    assert not re.search(r"\d", page.find_class("steps")[0].text_content())
    assert not list(page.iter("svg"))


@pytest.mark.parametrize("name", sorted(path for path in [*(f"{n}.json" for n in sample.OBJECTS), "failures.json"]))
def test_any_one_file_may_be_absent(project: Path, name: str) -> None:
    (project / "metrics" / name).unlink()
    page = html.fromstring(page_of(project))
    assert name in page.text_content()


def test_a_value_that_is_absent_is_not_zero(project: Path) -> None:
    path = project / "metrics" / "retrieval.json"
    path.write_text('{"bm25": {"R@5": 0.5}, "hybrid": {"nDCG@10": 0.5}}', "utf-8")
    page = html.fromstring(page_of(project))
    assert table(page, "시스템별 검색 지표")[1] == ["bm25", "0.5000", "없음"]
    heading = page.findtext(".//h1")
    assert "미세조정의 차이는 알 수 없음(dense-base, dense-tuned의 nDCG@10 없음)" in heading
    assert "융합의 차이는 알 수 없음(bm25의 nDCG@10 없음)" in heading


def test_nothing_measured_gives_the_reason_of_coverage(project: Path) -> None:
    (project / "metrics" / "retrieval.json").write_text('{"bm25": {}}', "utf-8")
    (project / "metrics" / "coverage.json").write_text('{"not_computed": {"retrieval": "no test question"}}', "utf-8")
    assert "(no test question)" in html.fromstring(page_of(project)).findtext(".//h1")


def test_same_metrics_give_the_same_bytes_in_another_process_and_folder(project: Path, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from onggi.report import *; "
        "sys.stdout.buffer.write(render(load_folder(Path('metrics')), read_dag(Path('dvc.yaml'))).encode())"
    )
    root = str(Path(__file__).parents[2])
    env = {**os.environ, "PYTHONHASHSEED": "7", "LC_ALL": "C", "TZ": "Asia/Seoul", "PYTHONPATH": root}
    other = tmp_path / "다른 폴더"
    other.mkdir()
    sample.write_metrics(other / "metrics")
    (other / "dvc.yaml").write_text(sample.DVC_YAML, "utf-8")
    done = subprocess.run([sys.executable, "-c", script], cwd=other, env=env, capture_output=True, check=True)
    assert done.stdout.decode() == page_of(project)
    assert str(tmp_path) not in page_of(project)


def test_every_value_shows_its_change(project: Path) -> None:
    now = load_folder(project / "metrics")
    path = project / "metrics" / "retrieval.json"
    path.write_text(path.read_text("utf-8").replace("0.7654", "0.7"), "utf-8")
    (project / "metrics" / "chunks.json").write_text('{"chunks": 600, "old": 3}', "utf-8")
    (project / "metrics" / "failures.json").write_text(
        '[{"query_id": "q007", "question": "가", "first_right_rank": 10}, {"query_id": "q1", "question": "나"}]',
        "utf-8",
    )
    then = load_folder(project / "metrics")
    page = html.fromstring(render(now, None, Comparison("v1", then, {"a.b": 1, "c": True}, {"a.b": 2, "d": None})))
    rows = table(page, "시스템별 검색 지표")
    assert rows[7] == ["hybrid", "0.6000 ±0", "0.9000 ±0", "0.7100 ±0", "0.7654 +0.0654"]
    assert rows[8][0].endswith("p < 0.0001, 질문 40개 · 이전: nDCG@10 +0.1142, p < 0.0001, 질문 40개")
    assert table(page, "달라진 params")[1:] == [
        ["a.b", "1", "2"],
        ["c", "true", "(없음: 삭제됨)"],
        ["d", "(없었음: 추가됨)", "null"],
    ]
    chunks = page.get_element_by_id("part-chunks")
    assert ["청크", "612 +12"] in table(chunks, "요약")
    assert ["old", "없음 이전 3"] in table(chunks, "요약")
    assert "12위 +2" in " ".join(page.find_class("failures")[0].text_content().split())
    assert "q1: 나" in page.get_element_by_id("failures").text_content()


def test_a_file_may_have_had_another_shape_at_the_other_commit(project: Path) -> None:
    now = load_folder(project / "metrics")
    questions = '{"written": 700, "kept": [1], "dropped": {"length": {"정의": 1}}, "yield": null}'
    (project / "metrics" / "questions.json").write_text(questions, "utf-8")
    then = load_folder(project / "metrics")
    for one, other in ((now, then), (then, now)):
        page = html.fromstring(render(one, None, Comparison("v1", other)))
        assert page.get_element_by_id("part-questions").text_content().strip()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("retrieval.json", "{", "not JSON"),
        ("retrieval.json", "[]", "holds a list"),
        ("retrieval.json", '{"bm25": 3}', "bm25 holds 3"),
        ("failures.json", "[1]", "something other than failures"),
        ("loss.csv", "step,epoch\n1,1\n", "lacks the columns ['loss']"),
        ("loss.csv", "step,epoch,loss\n1,1,2\n2,1,x\n", "loss.csv:3"),
        ("loss.csv", b"\xff\xfe\x00", "not UTF-8"),
    ],
)
def test_bad_metrics_are_named(project: Path, name: str, content: str | bytes, message: str) -> None:
    path = project / "metrics" / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(TableError) as error:
        load_folder(project / "metrics")
    assert name in str(error.value) and message in str(error.value)
