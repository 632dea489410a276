"""The page as people use it: clicked through in a headless Chromium, without a network."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sample

from onggi.report import load_folder, read_dag, read_decided, render

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright (dev)")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
CONTRAST = (Path(__file__).parent / "contrast.js").read_text("utf-8")


@dataclass
class Opened:
    """A page in the browser, what it said and what it asked for."""

    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def settled(self) -> Any:
        """Wait until all charts are drawn."""
        self.page.evaluate("onggi.ready")
        return self.page


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    sample.write_project(folder)
    decided = read_decided(folder / "params.yaml")
    page = render(load_folder(folder / "metrics"), read_dag(folder / "dvc.yaml"), decided=decided)
    (folder / "report.html").write_text(page, "utf-8")
    return folder / "report.html"


@pytest.fixture
def open_page(browser: Any, written: Path) -> Iterator[Any]:
    contexts = []

    def opened(width: int = 1280, fragment: str = "", **settings: Any) -> Opened:
        context = browser.new_context(viewport={"width": width, "height": 900}, offline=True, **settings)
        contexts.append(context)
        found = Opened(context.new_page())
        found.page.on("console", lambda message: found.said.append(message.text))
        found.page.on("pageerror", lambda error: found.said.append(str(error)))
        found.page.on("dialog", lambda dialog: (found.said.append(dialog.message), dialog.dismiss()))
        found.page.on("request", lambda request: found.asked.append(request.url))
        found.page.goto(written.as_uri() + fragment)
        found.settled()
        return found

    yield opened
    for context in contexts:
        context.close()


def charts(page: Any) -> list[str]:
    return page.evaluate("Object.keys(onggi.charts)")


def drawn(page: Any, name: str, mark: str) -> int:
    """Return how many marks of a kind a chart has."""
    return page.locator(f"#plot-{name} svg .mark-{mark}.role-mark > *").count()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_chart_is_drawn_within_the_page_and_nothing_else_is_fetched(
    open_page: Any, written: Path, width: int, scheme: str
) -> None:
    found = open_page(width, color_scheme=scheme)
    page = found.page
    named = ["means", "differences", "recall", "fusion", "breakdown", "gains", "latency", "loss"]
    assert sorted(charts(page)) == sorted(named)
    for name in named:
        box = page.locator(f"#plot-{name} svg").bounding_box()
        assert box and box["height"] > 60 and width / 2 < box["width"] < width, name
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert found.asked == [written.as_uri()] and found.said == []
    systems = len(sample.RETRIEVAL)
    assert drawn(page, "recall", "line") == systems and drawn(page, "breakdown", "rect") == systems * len(sample.TYPES)
    assert drawn(page, "loss", "line") == 1


def test_each_specification_compiles_without_a_warning(open_page: Any) -> None:
    page = open_page().page
    said = page.evaluate(
        """() => Object.entries(onggi.charts).flatMap(([name, chart]) => {
            const said = [];
            const logger = { level: () => logger, error: (...m) => (said.push(m.join()), logger),
              warn: (...m) => (said.push(m.join()), logger), info: () => logger, debug: () => logger };
            vega.parse(vegaLite.compile(chart.spec, { logger }).spec, {}, { ast: true });
            return said.map((each) => `${name}: ${each}`);
        })"""
    )
    # Of a width that follows the page and a height that follows the rows it tells that only one is fitted, as asked.
    assert [each for each in said if 'Dropping "fit-y"' not in each] == []


def test_selects_change_their_chart(open_page: Any) -> None:
    found = open_page()
    page = found.page
    page.select_option("#plot-breakdown select[data-signal=fact]", label="근거와 겹치는 낱말의 비율")
    found.settled()
    assert drawn(page, "breakdown", "rect") == 3 * len(sample.RETRIEVAL)
    assert "≤ 0.25 (7)" in page.locator("#plot-breakdown svg").text_content()
    bars = drawn(page, "gains", "rect")
    page.select_option("#plot-gains select[data-signal=after]", page.input_value("#plot-gains [data-signal=before]"))
    found.settled()
    assert bars and not drawn(page, "gains", "rect")


def test_a_filter_by_system_holds_in_charts_tables_and_questions(open_page: Any) -> None:
    found = open_page()
    page = found.page
    rows = "table.measures tbody tr:visible"
    systems, before = len(sample.RETRIEVAL), page.locator(rows).count()
    page.click("#filters summary")
    page.uncheck("#filters input[value='bm25']")
    found.settled()
    assert drawn(page, "recall", "line") == systems - 1
    assert page.locator(rows).count() == before - 1
    assert page.locator(".columns .system").count() == systems - 1
    assert f"{systems - 1}/{systems}" in page.text_content("#filters summary")
    page.click("#filters button")
    found.settled()
    assert drawn(page, "recall", "line") == systems and page.locator(rows).count() == before


def test_a_filter_by_type_holds_for_questions(open_page: Any) -> None:
    found = open_page()
    page = found.page
    bars = drawn(page, "gains", "rect")
    page.click("#filters summary")
    page.select_option("#filters select", "절차")
    found.settled()
    assert page.locator("#q-list [role=option]").all_text_contents() == ["김장 교실은 언제 여나요2/8"]
    assert drawn(page, "gains", "rect") < bars


def test_a_question_stands_in_every_system_with_its_evidence_marked(open_page: Any) -> None:
    found = open_page(fragment="#q=q007")
    page = found.page
    assert page.text_content("#q-shown h3") == "장독대 <script>alert(1)</script> 대여료는?"
    assert page.locator(".columns .system").count() == len(sample.RETRIEVAL)
    hybrid = page.locator(".system[aria-label=hybrid]")
    assert hybrid.locator("mark").all_text_contents() == [sample.QUOTE]  # offsets count characters, 𠮷 as one
    assert hybrid.locator("li.answers").count() == 1 and "정답 1위" in hybrid.text_content()
    assert "<script>alert(2)</script>" in hybrid.text_content()
    assert "찾은 것이 없음" in page.text_content(".system[aria-label=투표]")
    assert page.locator("#q-shown script").count() == 0 and found.said == []
    more = page.locator(".system[aria-label=bm25] button.more").first
    length = len(page.text_content(".system[aria-label=bm25] .passage"))
    more.click()
    assert more.get_attribute("aria-expanded") == "true"
    assert len(page.text_content(".system[aria-label=bm25] .passage")) > length


def test_of_several_pieces_each_chunk_says_which_it_answers_and_each_system_how_many_it_has(open_page: Any) -> None:
    page = open_page(fragment="#q=q021").page
    hybrid = page.locator(".system[aria-label=hybrid]")
    assert "근거 2/3 · 정답 1위" in hybrid.locator("h4").text_content()
    assert hybrid.locator(".tag").all_text_contents() == ["정답: 근거 1, 3"]
    assert page.locator("#q-shown > h4").text_content() == "근거 3가지"
    assert "hybrid 근거 2/3 · 정답 1위" in page.text_content("#q-said")


def test_of_a_question_without_an_answer_nothing_is_called_missed(open_page: Any) -> None:
    page = open_page(fragment="#q=q030").page
    assert "말뭉치에 답이 없는 질문" in page.text_content("#q-shown")
    assert not page.locator("#q-shown .badge").count() and not page.locator("#q-shown mark").count()
    assert page.locator(".system[aria-label=bm25] li").count() == 2
    assert page.locator("#q-list [role=option]").last.text_content() == "주차 요금은 얼마인가답 없음"
    assert page.text_content("#q-said") == "주차 요금은 얼마인가: 답이 없는 질문"


def test_a_chart_is_called_what_it_shows(open_page: Any) -> None:
    """Vega calls what it draws "Vega visualization"; a screen reader must hear our sentence and nothing of that."""
    found = open_page()
    session = found.page.context.new_cdp_session(found.page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    said = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]]
    images = [name for role, name in said if role == "image"]
    assert len(images) == len(charts(found.page)) + 1 and all(len(name) > 10 for name in images)  # and the DAG
    assert not [name for _, name in said if "Vega" in name]
    regions = [name for role, name in said if role == "region"]
    assert all(regions) and len(regions) == len(set(regions))


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(open_page: Any, width: int, scheme: str) -> None:
    """WCAG 2.2, 1.4.3: a contrast of 4.5, of large text 3; in charts against the mark that the text lies on."""
    page = open_page(width, "#q=q021", color_scheme=scheme).page
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    measured, low = page.evaluate(CONTRAST)
    assert measured > 500 and low == {}


def test_the_page_is_walked_by_the_keyboard_alone(open_page: Any) -> None:
    page = open_page().page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "차례를 건너뛰어 본문으로"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#goals"
    page.focus("#gains summary")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the first question of the table behind the chart
    assert page.evaluate("location.hash") == "#q=q007" and page.locator("#q-shown h3").is_visible()
    seen = page.evaluate(
        """() => [...document.querySelectorAll("a, button, select, input, summary, [tabindex]")]
            .filter((e) => e.checkVisibility())
            .filter((e) => { e.focus({ focusVisible: true });
                return document.activeElement !== e || getComputedStyle(e).outlineStyle === "none"; })
            .map((e) => e.outerHTML.slice(0, 80))"""
    )
    assert seen == []


def test_questions_are_found_by_words_and_walked_by_keys(open_page: Any) -> None:
    page = open_page().page
    page.keyboard.press("/")
    page.keyboard.type("언제")
    assert page.text_content("#q-count") == "1개"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("location.hash") == "#q=q019" and "김장" in page.text_content("#q-shown h3")
    page.fill("#q-search", "")
    page.focus("#q-list")
    for key, expected in (("Home", "q007"), ("ArrowDown", "q019"), ("End", "q030"), ("ArrowDown", "q030")):
        page.keyboard.press(key)
        assert page.evaluate("location.hash") == f"#q={expected}"
        chosen = page.locator("#q-list [aria-selected=true]")
        assert chosen.get_attribute("id") == page.get_attribute("#q-list", "aria-activedescendant")


def test_an_example_of_a_cause_and_a_bar_lead_to_their_question(open_page: Any) -> None:
    found = open_page()
    page = found.page
    page.click("table.causes a:text-is('q019')")
    assert "김장" in page.text_content("#q-shown h3")
    assert page.locator("#questions").evaluate("e => Math.abs(e.getBoundingClientRect().top) < 120")
    page.click("table.causes a[href*='q0/2']")
    assert "q0/2 <b>" in page.text_content("#q-shown")
    page.locator("#plot-gains svg .mark-rect path").first.click()
    assert re.fullmatch(r"#q=q0\d\d", page.evaluate("location.hash"))
    assert page.locator("#q-shown h3").count() == 1


def test_light_and_dark_by_the_system_and_by_the_switch(open_page: Any) -> None:
    def looks(page: Any) -> tuple[str, str]:
        label = page.locator("#plot-loss svg .role-axis-label text").first
        return page.evaluate("getComputedStyle(document.body).backgroundColor"), label.get_attribute("fill")

    light, dark = open_page(color_scheme="light"), open_page(color_scheme="dark")
    assert all(a != b for a, b in zip(looks(light.page), looks(dark.page), strict=True))
    light.page.click("#theme")
    assert looks(light.settled()) == looks(dark.page)
    light.page.reload()
    assert looks(light.settled()) == looks(dark.page)


def test_without_a_script_the_page_still_tells_its_values(browser: Any, written: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(written.as_uri())
    assert page.locator("noscript").is_visible() and page.locator("table.measures").first.is_visible()
    assert not page.locator(".chart:visible").count() and not page.locator("#filters").is_visible()
    context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_mark_tells_its_question_as_text_within_the_window(open_page: Any, width: int) -> None:
    found = open_page(width)
    page = found.page
    bars = page.locator("#plot-gains svg .mark-rect path")
    told = []
    for place in range(bars.count()):
        bars.nth(place).hover()
        told.append(page.text_content("#tip"))
        box = page.locator("#tip").bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= width
    assert any("<script>alert(1)</script>" in text for text in told) and found.said == []
    page.mouse.move(1, 1)
    assert page.locator("#tip").is_hidden()


def test_the_browser_refuses_what_is_not_ours(open_page: Any) -> None:
    page = open_page().page
    refused = page.evaluate(
        """async () => {
            const refused = [];
            addEventListener("securitypolicyviolation", (event) => refused.push(event.effectiveDirective));
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            const image = document.createElement("img");
            image.src = "http://127.0.0.1:9/pixel.png";
            document.body.append(script, image);
            try { await fetch("http://127.0.0.1:9/data"); } catch (error) { /* refused */ }
            await new Promise((done) => setTimeout(done));
            return [refused.sort(), window.ran === undefined];
        }"""
    )
    assert refused == [["connect-src", "img-src", "script-src-elem"], True]
