"""Every line of docs/systems.md, built from that page by the stages, over a corpus of nine chunks."""

import json
import re
import shutil
from collections.abc import Iterator
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import pytest
from ruamel.yaml import YAML

from onggi import settings
from onggi.core import tables
from onggi.core.params import read
from onggi.core.schema import Chunk, Evidence, Hit, Question
from onggi.llm.messages import Failure, Reply, Request
from onggi.llm.role import Llm
from onggi.models.bootstrap import bootstrap
from onggi.models.params import BootstrapParams
from onggi.models.tokenizer import TOKENIZERS
from onggi.search.spec import Composition
from onggi.work import memo
from onggi.work.memo import Memo
from onggi.work.store import Store
from stages import adopt, compose, encode, index, inputs, join, search, tokenizer
from tests.llm.answering import Answering
from tests.models.random_models import save_cross_encoder, save_encoder
from tests.structure.modules import ROOT

INSTALLED_BESIDE = {"okt": ("konlpy", "jpype"), "mecab": ("mecab",)}
TEXTS = [
    "장독은 매월 첫날 닦는다.", "메주에 핀 곰팡이를 솔로 턴다.", "소금은 창고에 세 해 둔다.",
    "창고는 저녁 여섯 시에 닫는다.", "체험비는 어른 만이천 원이다.", "단체는 이레 전에 신청한다.",
    "된장은 백일 뒤에 찾아간다.", "주차장은 마을 어귀에 있다.", "장독대에 버스로 온다.",
]  # fmt: skip
CHUNKS = [Chunk(f"a#{n}-{n + 1}", "a", n, n + 1, text, 5, "") for n, text in enumerate(TEXTS)]
ASKED = {"q1": "장독 닦는 날은 언제인가요", "q2": "창고 닫는 시간", "q3": "체험비는얼마인가요"}
SAID = {"passage": "장독은 매월 닦는다", "query": "장독 매월", "type": "정의"}


def page() -> dict[str, Any]:
    """Return what docs/systems.md declares, all of its fences together."""
    declared: dict[str, Any] = {}
    for fence in re.findall(r"^```yaml\n(.*?)^```", (ROOT / "docs" / "systems.md").read_text("utf-8"), re.M | re.S):
        declared = merged(declared, YAML(typ="safe").load(fence))
    return declared


def merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return one | {
        key: merged(one[key], value) if isinstance(value, dict) and isinstance(one.get(key), dict) else value
        for key, value in other.items()
    }


DECLARED = page()


def test_what_the_page_declares_is_right_as_it_stands() -> None:
    whole = merged(read(ROOT / "params.yaml"), DECLARED)
    whole["rewriter"] |= {"backend": "recorded"}
    assert list(settings.unknown_names(whole)) == []


def test_the_page_has_every_form_every_way_and_every_tokenizer() -> None:
    lines = re.findall(r"\{.*\}", (ROOT / "docs" / "systems.md").read_text("utf-8"))
    systems = [line for line in lines if re.search(r"\b(fuse|rerank|transform|diversify|cut|choose):", line)]
    for form in get_args(Composition):
        key, own = form.__name__.lower(), form.model_fields
        for way in get_args(own["by"].annotation) if "by" in own else [None]:
            by = "" if way is None else f".*\\bby: {way}\\b"
            assert any(re.search(rf"\{{{key}: {by}", line) for line in systems), (key, way)
        settled = set(own) - {key, "by", "otherwise"}
        assert all(any(f" {name}: " in line for line in systems) for name in settled), settled
    for scale in get_args(get_args(Composition)[0].model_fields["normalise"].annotation):
        assert scale == "min_max" or any(f"normalise: {scale}" in line for line in systems), scale
    named = {entry["name"] for entry in DECLARED["models"]["tokenizer"].values()}
    taken = {"subwords" for entry in DECLARED["models"]["local"].values() if entry.get("task") == "tokenizer"}
    assert named | taken == set(TOKENIZERS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace in which all indexes of the page are built and asked, but for what is not installed."""
    with pytest.MonkeyPatch.context() as patch:
        built = tmp_path_factory.mktemp("forms")
        patch.chdir(built)
        Path("models").mkdir()
        shape = BootstrapParams(vocab_size=300, dimensions=16, layers=1, heads=2, window=32, max_length=64, seed=0)
        bootstrap(lambda: [*TEXTS, *ASKED.values()] * 5, shape, Path("models/base"))
        save_encoder(Path("models/tuned"), Path("models/base"))
        save_cross_encoder(Path("models/bge-reranker"), Path("models/base"), 1)
        save_cross_encoder(Path("models/my-classifier"), Path("models/base"), 2)
        params = merged(read(ROOT / "params.yaml"), deepcopy(DECLARED))
        params["rewriter"] |= {"backend": "recorded", "path": "replies.jsonl"}
        YAML().dump(params, Path("params.yaml"))
        Path("replies.jsonl").write_text("", "utf-8")
        Path("data").mkdir()
        shutil.copy(ROOT / "data" / "user_dictionary.tsv", "data")
        tables.write(Path("chunks"), Chunk, CHUNKS)
        train = [
            Question("t1", "장독 닦는 차례", "절차", ["월"], [Evidence("a", 0, 1)], "gold", "train"),
            Question("t2", "메주 뜻 무엇", "정의", ["콩"], [Evidence("a", 1, 2)], "gold", "train"),
        ]
        test = [
            Question(id_, text, "비교", ["답"], [Evidence("a", 0, 1)], "gold", "test") for id_, text in ASKED.items()
        ]
        tables.write(Path("gold"), Question, sorted([*train, *test], key=lambda question: question.query_id))
        with memo.using(Memo(Store(built / "memo.sqlite"))):
            adopt.main("pieces", Path("models"))
            join.main("both", Path("models"))
            for name, declared in DECLARED["indexes"].items():
                if name not in SKIPPED:
                    make(name, declared["encoder"])
            yield built


def make(name: str, encoder: str) -> None:
    """Build an index and its run."""
    if encoder in DECLARED["models"]["tokenizer"]:
        tokenizer.main(encoder, Path("models"))
    encode.main(encoder, Path("chunks"), Path("models"), Path("encoded"))
    index.main(name, Path("encoded"), Path("index"))
    search.main(name, Path("index"), Path("models"), Path("gold"), Path("runs"), Path("searched"))


SKIPPED = {f"bm25-{name}" for name in INSTALLED_BESIDE}


def run(name: str) -> dict[str, list[Hit]]:
    found: dict[str, list[Hit]] = {}
    for hit in tables.read(Path("runs") / f"{name}.parquet", Hit):
        found.setdefault(hit.query_id, []).append(hit)
    return found


@pytest.mark.parametrize("name", DECLARED["indexes"])
def test_an_index(folder: Path, name: str) -> None:
    encoder = DECLARED["indexes"][name]["encoder"]
    if name in SKIPPED:
        for package in INSTALLED_BESIDE[encoder]:
            pytest.importorskip(package, reason=f"needs onggi[{encoder}]")
        if encoder == "okt" and shutil.which("java") is None:
            pytest.skip("needs Java")
        make(name, encoder)
    best = {query_id: hits[0].chunk_id for query_id, hits in run(name).items()}
    if name.startswith("bm25") and name != "bm25-words":  # no word of it stands in a chunk as it is typed
        assert best["q1"] == "a#0-1" and best["q2"] == "a#3-4"
    elif name.startswith("dense"):
        assert {query_id: len(hits) for query_id, hits in run(name).items()} == dict.fromkeys(ASKED, len(CHUNKS))


@pytest.mark.parametrize("name", DECLARED["systems"])
def test_a_system(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def by_rule(asked: Request) -> Reply | Failure:
        (key,) = json.loads(asked.schema or "")["required"]
        return Reply(json.dumps({key: SAID[key]}, ensure_ascii=False))

    monkeypatch.setenv("ONGGI_RECORD", "replies.jsonl")
    monkeypatch.setattr(
        "onggi.search.workspace.open_llm",
        lambda params, models: Llm(params, {"model": "by-rule"}, lambda: Answering(by_rule)),
    )
    prompts = ROOT / "prompts" / "ko" / "rewriter"
    inputs.main(*map(Path, ("searched", "index", "models", "chunks")), prompts, Path("inputs"))
    compose.main(name, *map(Path, ("inputs", "runs", "index", "models", "chunks", "gold")), prompts)
    found, declared = run(name), DECLARED["systems"][name]
    if "min_score" not in declared:
        assert found.keys() == ASKED.keys()
    for hits in found.values():
        assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
        assert len({hit.chunk_id for hit in hits}) == len(hits) <= declared.get("depth", len(CHUNKS))
        assert all(first.score >= second.score for first, second in pairwise(hits))
        assert all(hit.score >= declared.get("min_score", -1e9) for hit in hits)


def test_summed_scores_and_joined_encoders_say_the_same(folder: Path) -> None:
    test = {query_id: {hit.chunk_id: hit.score for hit in hits} for query_id, hits in run("dense-both").items()}
    inputs.main(*map(Path, ("searched", "index", "models", "chunks")), ROOT / "prompts/ko/rewriter", Path("inputs"))
    compose.main(
        "summed", *map(Path, ("inputs", "runs", "index", "models", "chunks", "gold")), ROOT / "prompts/ko/rewriter"
    )
    for query_id, hits in run("summed").items():
        assert {hit.chunk_id: hit.score for hit in hits} == pytest.approx(test[query_id], abs=1e-6)
