import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sample
from lxml import etree, html

import onggi.report
from onggi.core.errors import ParamsError, TableError
from onggi.report import Comparison, load_folder, read_dag, read_decided, render
from onggi.report.inlined import policy, scripts
from onggi.report.tabulate import params_table

SVG = "{http://www.w3.org/2000/svg}"
GOLD = "정답셋 gold: 질문 40개, 쌍 61개"
TEST, DEV = f"시스템별 검색 지표: test({GOLD})", "시스템별 검색 지표: dev(정답셋 gold: 질문 12개)"
PAIRS = f"짝지은 차이: test의 nDCG@10({GOLD}; 문서별로 묶은 무작위화, Holm 보정)"
UP, DOWN = " ▲기준보다 더 좋음", " ▼기준보다 더 나쁨"


def page_of(project: Path) -> str:
    decided = read_decided(project / "params.yaml")
    return render(load_folder(project / "metrics"), read_dag(project / "dvc.yaml"), decided=decided)


def shown(page: str) -> str:
    """Return the page without its scripts: what a browser parses as HTML."""
    return re.sub(r"<script[^>]*>.*?</script>", "", page, flags=re.DOTALL)


def table(page: html.HtmlElement, caption: str) -> list[list[str]]:
    (found,) = [t for t in page.iter("table") if t.findtext("caption") == caption]
    return [[" ".join(c.text_content().split()) for c in row] for row in found.iterfind(".//tr")]


def test_the_system_to_choose_is_the_best_on_dev_with_its_value_on_test(project: Path) -> None:
    page = html.fromstring(page_of(project))
    assert page.findtext(".//h1") == "고를 시스템은 dev에서 가장 좋은 hybrid입니다(nDCG@10 dev 0.7354, test 0.7654)."
    told = {row[0]: row[1] for row in table(page, "한눈에")}
    assert told["dense-base보다 dense-tuned"] == (
        "더 좋음 nDCG@10 +0.1002(95% 구간 +0.0412 ~ +0.1603, 보정한 p = 0.0441)"
    )
    assert told["bm25보다 hybrid"] == "더 좋음 nDCG@10 +0.1142(p < 0.0001)"
    assert told["왜 hybrid인가"] == (
        "dev 질문 12개의 평균이 가장 높아서(0.7354; 다음 hybrid-rrf 0.7201). "
        "test 평균은 hybrid-rrf 0.7701 쪽이 높지만, test로 고르면 test가 더는 시험이 아닙니다"
    )


def test_what_a_meeting_asks_first_is_answered_with_the_section_that_shows_it(project: Path) -> None:
    page = html.fromstring(page_of(project))
    rows = table(page, "한눈에")
    told = dict(rows)
    assert told["목표에 닿았나"] == "미달 목표 6개: 달성 1, 미달 1, 알 수 없음 4"
    assert told["튜닝으로 잊은 것은"] == (
        "더 나쁨 다른 영역에서 dense-base → dense-tuned nDCG@10 −0.0412(95% 구간 −0.0801 ~ −0.0111, 보정한 p = 0.0198)"
    )
    assert told["무엇으로 재었나"] == f"{GOLD}; 정답셋끼리 κ 0.21"
    assert told["어떤 질문에 약한가"].startswith("hybrid: 정의 0.77(질문 7개)에서 가장 낮고")
    assert told["얼마나 빠른가"] == "hybrid P50 6.5 ms, P95 9 ms; 가장 빠른 것은 bm25 P50 2.5 ms"
    for link in page.xpath("//table[@class='glance']//a/@href"):
        assert page.get_element_by_id(link[1:]) is not None
    for name in ("truths", "guard", "performance", "significance", "intervals", "breakdown"):
        for path in (project / "metrics").glob(f"{name}.*"):
            path.unlink()
    (project / "metrics" / "per_type.csv").unlink()
    left = [row[0] for row in table(html.fromstring(page_of(project)), "한눈에")]
    assert left == ["목표에 닿았나", "왜 hybrid인가", "무엇으로 재었나"]


def test_measures_stand_as_in_the_file_with_dev_beside_them(project: Path) -> None:
    page = html.fromstring(page_of(project))
    rows = table(page, TEST)
    assert rows[0] == ["시스템", "nDCG@10 (dev)", *sample.MEASURES]
    assert rows[1] == ["bm25", "0.6012", "0.5000", "0.8000", "0.8500", "0.9700", "0.9100", "0.6000", "0.5900", "0.6512"]
    assert [row[0] for row in rows[1:]] == list(sample.RETRIEVAL)
    assert table(page, DEV)[4][-1] == "0.7354"


def test_a_measure_deeper_than_a_run_is_a_dash_with_its_reason(project: Path) -> None:
    page = html.fromstring(page_of(project))
    at = sample.MEASURES.index("R@100") + 2
    assert [row[at] for row in table(page, TEST)[6:]] == ["–", "0.9300", "–"]
    (found,) = [t for t in page.iter("table") if t.findtext("caption") == TEST]
    assert found.xpath(".//td[text()='–']/@title") == ["the system returns 50 chunks", "the system returns 20 chunks"]
    assert (
        "–는 계산하지 않은 값: hybrid-reranked-by-a-cross-encoder의 R@100(the system returns 50 chunks); "
        "투표의 R@100(the system returns 20 chunks)."
    ) in page.get_element_by_id("measures").text_content()


def test_pairs_are_better_or_worse_only_beyond_chance(project: Path) -> None:
    """An earlier revision has p alone; where it was corrected, what is said follows that."""
    rows = table(html.fromstring(page_of(project)), PAIRS)
    assert rows[1] == [
        "dense-base → dense-tuned", "더 좋음", "+0.1002", "+0.0412 ~ +0.1603", "0.0031", "0.0441", "14·21·5", "0.0851",
        "40",
    ]  # fmt: skip
    assert rows[2] == ["bm25 → dense-base", "더 나쁨", "−0.0511", "–", "0.0311", "–", "–", "–", "40"]
    assert rows[3][:6] == ["bm25 → dense-tuned", "우연과 구별되지 않음", "+0.0491", "–", "0.0419", "0.2514"]
    assert rows[8][:4] == ["bm25 → 투표", "우연과 구별되지 않음", "+0.0010", "–"]
    assert [row[0] for row in rows[1:]] == list(sample.SIGNIFICANCE)


def test_the_best_of_each_measure_is_bold(project: Path) -> None:
    page = html.fromstring(page_of(project))
    (found,) = [t for t in page.iter("table") if t.findtext("caption") == TEST]
    bold = {row.findtext("th"): [cell.text for cell in row.iter("strong")] for row in found.iter("tr")}
    assert {system: values for system, values in bold.items() if values} == {
        "hybrid": ["0.7354", "0.9000", "0.9200", "0.9900", "0.9600", "0.7000"],
        "hybrid-rrf": ["0.9000", "0.9200", "0.9900", "0.7701"],
        "hybrid-reranked-by-a-cross-encoder": ["0.6100", "0.7200"],
    }


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
    answers = page.get_element_by_id("part-answers")
    assert ["faithfulness", "needs an LLM as judge; the embedded default has none"] in table(
        answers, "계산하지 않은 것과 이유"
    )


def test_coverage_stands_for_test_and_dev_side_by_side(project: Path) -> None:
    coverage = html.fromstring(page_of(project)).get_element_by_id("part-coverage")
    assert table(coverage, "요약") == [
        ["", "평가(test)", "개발(dev)"],
        ["질문", "44", "15"],
        ["답이 있는 질문", "40", "12"],
    ]
    assert table(coverage, "아무것도 찾지 못한 질문")[1:3] == [["bm25", "1", "1"], ["dense-base", "0", "0"]]
    assert table(coverage, "계산하지 않은 것과 이유")[2][:2] == ["투표", "R@100: the system returns 20 chunks"]


def test_failures_show_question_expected_found_and_rank(project: Path) -> None:
    section = html.fromstring(page_of(project)).get_element_by_id("failures")
    assert "시스템 hybrid, 평가(test) 질문" in section.text_content()
    first, second = section.find_class("failures")[0]
    text = " ".join(first.text_content().split())
    for part in (sample.FAILURES[0]["question"], "대여료는 하루 3,000원이다.", "시설/장독대.md", "0.0328", "12위"):
        assert str(part) in text
    assert "찾은 목록에 없음" in second.text_content()


def test_text_of_documents_is_escaped(project: Path) -> None:
    text = shown(page_of(project))
    assert "<script" not in text and "<img" not in text and "<b>" not in re.sub(r"<b>(?=[\d,.]+</b>)", "", text)
    assert "장독대 &lt;script&gt;alert(1)&lt;/script&gt; 대여료는?" in text
    assert "장독대 &amp; 텃밭은 &lt;/p&gt; 무료" in text


def test_names_of_systems_and_stages_are_escaped_in_pictures(project: Path) -> None:
    evil = "<script>x</script>"
    for name in ("retrieval.json", "recall_curve.csv", "per_type.csv"):
        path = project / "metrics" / name
        path.write_text(path.read_text("utf-8").replace("hybrid", evil), "utf-8")
    (project / "dvc.yaml").write_text(sample.DVC_YAML.replace("finetune:", f'"{evil}":'), "utf-8")
    page = page_of(project)
    assert len(re.findall("<script", page)) == 2 + len(scripts()) and "<script" not in shown(page)


def test_page_needs_no_network(project: Path) -> None:
    page = html.fromstring(shown(page_of(project)))
    assert not list(page.iter("link", "img", "iframe", "object", "embed", "base"))
    for element in page.iter():
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert "//" not in value or (name == "xmlns" and value == SVG[1:-1]) or "Policy" in str(element.attrib), (
                value
            )
    assert not re.search(r"@import|url\((?!#)", shown(page_of(project)))


def test_the_browser_is_told_to_run_our_scripts_alone_and_to_fetch_nothing(project: Path) -> None:
    page = html.fromstring(page_of(project))
    (told,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert told == policy(scripts()) and told.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in told and "http" not in told and "script-src 'unsafe" not in told
    assert [e.get("type") for e in page.iter("script")] == ["application/json"] * 2 + [None] * len(scripts())
    assert not [e for e in page.iter("script") if e.get("src")]


def test_no_text_of_a_document_ends_the_data_it_stands_in(project: Path) -> None:
    for name in ("data-charts", "data-questions"):
        found = re.search(rf'id="{name}">(.*?)</script>', page_of(project), re.DOTALL)
        assert found and not set("<>&") & set(found[1])
        assert "<script>alert(1)</script>" in json.dumps(json.loads(found[1]), ensure_ascii=False)


def test_a_target_is_reached_missed_or_unknown_by_its_interval(project: Path) -> None:
    rows = table(html.fromstring(page_of(project)), "목표와 측정")
    assert [row[:4] for row in rows[1:]] == [
        ["hybrid", "달성", "nDCG@10", "gold"],
        ["hybrid", "알 수 없음", "R@10", "gold"],
        ["bm25", "알 수 없음", "nDCG@10", "gold"],
        ["bm25", "알 수 없음", "R@10", "gold"],
        ["투표", "알 수 없음", "nDCG@10", "gold"],
        ["투표", "미달", "R@10", "gold"],
        ["dense-base → dense-tuned", "미달", "nDCG@10 차이", "guard"],
    ]
    assert rows[1][4:] == ["0.7 이상", "0.7654 +0.0654", "0.7154 ~ 0.8154"]
    assert rows[7][4:] == ["잃는 것이 0.01 이하", "−0.0412", "−0.0801 ~ −0.0111"]


def test_without_targets_the_page_says_where_they_are_written(project: Path) -> None:
    (project / "params.yaml").write_text(sample.PARAMS_YAML.replace("targets: {nDCG@10: 0.7, R@10: 0.9}", ""), "utf-8")
    section = html.fromstring(page_of(project)).get_element_by_id("goals")
    assert "gate.targets" in section.text_content() and not [t for t in section.iter("td") if t.text == "달성"]


def test_a_target_that_is_no_number_is_named(project: Path) -> None:
    (project / "params.yaml").write_text(sample.PARAMS_YAML.replace("0.7, R", "high, R"), "utf-8")
    with pytest.raises(ParamsError, match=r"gate\.targets"):
        page_of(project)


def test_causes_are_counted_most_frequent_first_and_lead_to_their_questions(project: Path) -> None:
    page = html.fromstring(page_of(project))
    rows = table(page, "위에서부터 처음 맞는 까닭으로 셈")
    assert [row[:2] for row in rows[1:]] == [["어느 색인도 못 찾음", "3"], ["융합에서 잃음", "1"]]
    links = page.xpath("//table[@class='causes']//a/@href")
    assert links == ["#q=q019", "#q=q0/2%20%3Cb%3E", "#q=q007"]


def test_behind_each_chart_stands_a_table(project: Path) -> None:
    page = html.fromstring(page_of(project))
    for chart in page.find_class("chart"):
        assert chart.find_class("plot")[0].get("aria-label")
        section = next(e for e in chart.iterancestors() if e.tag == "section")
        assert section.findall(".//table"), chart.get("id")
    assert table(page, f"유형별 nDCG@10({GOLD})")[0][1] == "정의 (질문 7개)"
    assert table(page, f"근거와 겹치는 낱말의 비율별 nDCG@10({GOLD})")[0][1:] == [
        "≤ 0.25 (질문 7개)", "≤ 0.5 (질문 7개)", "> 0.5 (질문 7개)",
    ]  # fmt: skip


def test_the_page_stays_below_3_mb_however_much_was_asked(project: Path) -> None:
    """Ten systems, five thousand questions, hundreds of domains, as many texts as side_by_side.json may hold."""
    systems = [f"시스템 {n}" for n in range(10)]
    folder = project / "metrics"
    rows = ["fact,value,system,queries,measure,mean"]
    rows += [f"domain,영역 {n},{s},9,{m},0.1234" for n in range(300) for s in systems for m in sample.MEASURES]
    (folder / "breakdown.csv").write_text("\n".join(rows), "utf-8")
    columns = [f"{s} {m}" for s in systems for m in sample.MEASURES]
    rows = [f"query_id,about,type,question,{','.join(columns)}"]
    values = ",".join(["0.123456"] * len(columns))
    rows += [f"q{n},d,정의,{'물음의 글 ' * 8},{values}" for n in range(5_000)]
    (folder / "per_query.csv").write_text("\n".join(rows), "utf-8")
    texts = [{"heading": "제목 > 절", "place": "p. 3", "text": "글" * 800} for _ in range(250)]
    found = {s: [[f"문서/이름.pdf#{n}", 0.1234] for n in range(5)] for s in systems}
    question = {
        "question": "물음", "type": "정의", "evidence": [], "ranks": dict.fromkeys(systems, 3), "found": found,
        "marks": {}, "answering": [],
    }  # fmt: skip
    beside = {"split": "test", "of": 5_000, "systems": systems}
    beside["questions"] = [{"query_id": f"q{n}", **question} for n in range(200)]
    beside["chunks"] = {f"문서/이름.pdf#{n}": text for n, text in enumerate(texts)}
    (folder / "side_by_side.json").write_text(json.dumps(beside, ensure_ascii=False), "utf-8")
    assert len(page_of(project).encode()) < 3_000_000


def test_pictures_are_well_formed_and_described(project: Path) -> None:
    text = page_of(project)
    pictures = [etree.fromstring(found) for found in re.findall(r"<svg.*?</svg>", shown(text), re.DOTALL)]
    assert len(pictures) == 2  # the DAG in two sizes
    for picture in pictures:
        labels = [picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")]
        assert all(label is not None and label.text for label in labels)
        assert picture.get("aria-labelledby") == " ".join(label.get("id") for label in labels)
    ids = re.findall(r' id="([^"]+)"', shown(text))
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
    assert not list(page.iter("svg")) and not page.find_class("chart")


@pytest.mark.parametrize("name", [f"{name}.json" for name in sample.OBJECTS])
def test_any_one_file_may_be_absent(project: Path, name: str) -> None:
    (project / "metrics" / name).unlink()
    page = html.fromstring(page_of(project))
    assert name in page.text_content()


def test_a_value_that_is_absent_is_not_zero(project: Path) -> None:
    path = project / "metrics" / "retrieval.json"
    path.write_text('{"bm25": {"R@5": 0.5}, "hybrid": {"nDCG@10": 0.5}}', "utf-8")
    (project / "metrics" / "dev.json").write_text('{"bm25": {"R@5": 0.5}, "hybrid": {}}', "utf-8")
    page = html.fromstring(page_of(project))
    assert table(page, TEST)[1] == ["bm25", "–", "0.5000", "–"]
    assert page.findtext(".//h1") == "dev를 재지 않아 시스템을 고를 수 없습니다(nDCG@10 값 없음)."


def test_without_dev_nothing_is_chosen(project: Path) -> None:
    (project / "metrics" / "dev.json").unlink()
    assert html.fromstring(page_of(project)).findtext(".//h1").endswith("고를 수 없습니다(dev.json 없음).")


@pytest.mark.parametrize("split", ["retrieval", "dev"])
def test_nothing_measured_gives_the_reason_of_coverage(project: Path, split: str) -> None:
    (project / "metrics" / f"{split}.json").write_text('{"bm25": {}}', "utf-8")
    if split == "retrieval":
        (project / "metrics" / "significance.json").write_text("{}", "utf-8")
    missing: dict[str, object] = {"not_computed": {"retrieval": "no such question", "significance": "no such question"}}
    coverage = {"dev": missing} if split == "dev" else missing
    (project / "metrics" / "coverage.json").write_text(json.dumps(coverage), "utf-8")
    assert "no such question)." in html.fromstring(page_of(project)).findtext(".//h1")


def test_the_page_knows_no_system_by_its_name() -> None:
    source = "".join(path.read_text("utf-8") for path in sorted(Path(onggi.report.__file__).parent.glob("*.py")))
    assert not re.search(r'"(bm25|hybrid|dense[^"]*)"', re.sub(r'""".*?"""', "", source, flags=re.DOTALL))


def test_same_metrics_give_the_same_bytes_in_another_process_and_folder(project: Path, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from onggi.report import *; "
        "decided = read_decided(Path('params.yaml')); "
        "page = render(load_folder(Path('metrics')), read_dag(Path('dvc.yaml')), decided=decided); "
        "sys.stdout.buffer.write(page.encode())"
    )
    root = str(Path(__file__).parents[2])
    env = {**os.environ, "PYTHONHASHSEED": "7", "LC_ALL": "C", "TZ": "Asia/Seoul", "PYTHONPATH": root}
    other = tmp_path / "다른 폴더"
    other.mkdir()
    sample.write_project(other)
    done = subprocess.run([sys.executable, "-c", script], cwd=other, env=env, capture_output=True, check=True)
    assert done.stdout.decode() == page_of(project)
    assert str(tmp_path) not in page_of(project)


def test_every_value_shows_its_change(project: Path) -> None:
    now = load_folder(project / "metrics")
    path = project / "metrics" / "retrieval.json"
    path.write_text(path.read_text("utf-8").replace("0.7654", "0.7"), "utf-8")
    path = project / "metrics" / "significance.json"
    path.write_text(path.read_text("utf-8").replace("0.4419", "0.0419"), "utf-8")
    (project / "metrics" / "chunks.json").write_text('{"chunks": 600, "old": 3}', "utf-8")
    (project / "metrics" / "failures.json").write_text(
        '{"system": "hybrid", "failures": [{"query_id": "q007", "question": "가", "first_relevant_rank": 10},'
        ' {"query_id": "q1", "question": "나"}]}',
        "utf-8",
    )
    then = load_folder(project / "metrics")
    page = html.fromstring(render(now, None, Comparison("v1", then, {"a.b": 1, "c": True}, {"a.b": 2, "d": None})))
    rows = table(page, TEST)
    assert rows[4][:3] == ["hybrid", "0.7354 ±0", "0.6000 ±0"] and rows[4][-1] == f"0.7654{UP} +0.0654"
    assert rows[8][5] == "–"
    pairs = table(page, PAIRS)
    assert pairs[1][:5] == ["dense-base → dense-tuned", "더 좋음", "+0.1002", "+0.0412 ~ +0.1603", "0.0031"]
    assert [pairs[7][1], pairs[7][4]] == ["우연과 구별되지 않음 이전 더 나쁨", "0.4419 이전 0.0419"]
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


def test_an_empty_entry_that_gets_a_key_is_told_by_the_key() -> None:
    now, then = {"encoders.tuned.precision": "bf16", "encoders.base": {}}, {"encoders.tuned": {}, "encoders.base": {}}
    (row,) = params_table(now, then).rows
    assert [cell.text for cell in row.cells] == ["encoders.tuned.precision", "(없었음: 추가됨)", '"bf16"']
    (row,) = params_table({"models.hub.m3.name": "m3"}, {"models.hub": {}}).rows
    assert row.cells[0].text == "models.hub.m3.name"


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
        ("failures.json", '{"failures": {}}', "something other than failures"),
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
