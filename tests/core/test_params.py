from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from onggi.chunking import ChunkParams
from onggi.core.errors import ParamsError
from onggi.core.params import Params, problems, read
from onggi.index.params import Indexes
from onggi.models.declared import Tokenizers
from onggi.models.params import Encoders
from onggi.truth.split import SplitParams


class Lid(BaseModel):
    """A section within a section."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    width: int = Field(ge=1, description="centimetres")


class JarParams(Params):
    """One field of each type."""

    key: ClassVar[str] = "jar"

    volume: int = Field(ge=1, le=400, description="litres")
    glaze: float = Field(ge=0, description="millimetres")
    name: str = Field(min_length=1, description="what it is called")
    sealed: bool = Field(description="whether the lid is tied")
    kind: Literal["옹기", "백자"] = Field(description="옹기 or 백자")
    lid: Lid

    @model_validator(mode="after")
    def _lid_fits(self) -> Self:
        if self.lid.width > self.volume:
            raise ValueError(f"lid must not be wider than volume ({self.volume})")
        return self


def jar(**changes: Any) -> dict[str, Any]:
    whole = {"volume": 20, "glaze": 0.5, "name": "장독", "sealed": True, "kind": "옹기", "lid": {"width": 3}}
    return {key: value for key, value in (whole | changes).items() if value is not ...}


def refusal(**changes: Any) -> str:
    with pytest.raises(ParamsError) as caught:
        JarParams.parse({"jar": jar(**changes)}, Path("p.yaml"))
    return str(caught.value)


def test_a_right_section_is_taken_as_it_is() -> None:
    assert JarParams.parse({"jar": jar(), "other": 1}).model_dump() == jar()


def test_a_section_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        JarParams.parse({"jar": jar()}).volume = 3  # type: ignore[misc]


def test_an_int_is_a_float_too() -> None:
    assert JarParams.parse({"jar": jar(glaze=1)}).glaze == 1.0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"colour": 1}, "p.yaml: jar.colour: unknown key; known here: volume, glaze, name, sealed, kind, lid"),
        ({"lid": {"width": 3, "knob": 1}}, "p.yaml: jar.lid.knob: unknown key; known here: width"),
        ({"volume": ...}, "p.yaml: jar.volume: the key is missing; add it (litres)"),
        ({"lid": {}}, "p.yaml: jar.lid.width: the key is missing; add it (centimetres)"),
        ({"lid": ...}, "p.yaml: jar.lid: the key is missing; add it (a section)"),
        ({"lid": None}, "p.yaml: jar.lid: got None; write it as `lid: {key: value}`"),
        ({"volume": True}, "p.yaml: jar.volume: got True; input should be a valid integer"),
        ({"volume": "20"}, "p.yaml: jar.volume: got '20'; input should be a valid integer"),
        ({"volume": 20.0}, "p.yaml: jar.volume: got 20.0; input should be a valid integer"),
        ({"volume": None}, "p.yaml: jar.volume: got None; input should be a valid integer"),
        ({"volume": 0}, "p.yaml: jar.volume: got 0; input should be greater than or equal to 1"),
        ({"volume": 401}, "p.yaml: jar.volume: got 401; input should be less than or equal to 400"),
        ({"glaze": "0.5"}, "p.yaml: jar.glaze: got '0.5'; input should be a valid number"),
        ({"glaze": True}, "p.yaml: jar.glaze: got True; input should be a valid number"),
        ({"glaze": float("nan")}, "p.yaml: jar.glaze: got nan; input should be a finite number"),
        ({"glaze": float("inf")}, "p.yaml: jar.glaze: got inf; input should be a finite number"),
        ({"name": 7}, "p.yaml: jar.name: got 7; input should be a valid string"),
        ({"name": ""}, "p.yaml: jar.name: got ''; string should have at least 1 character"),
        ({"sealed": 1}, "p.yaml: jar.sealed: got 1; input should be a valid boolean"),
        ({"sealed": "yes"}, "p.yaml: jar.sealed: got 'yes'; input should be a valid boolean"),
        ({"kind": "청자"}, "p.yaml: jar.kind: got '청자'; input should be '옹기' or '백자'"),
        (
            {"lid": {"width": 21}},
            "p.yaml: jar: got volume: 20, lid: {'width': 21}; lid must not be wider than volume (20)",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_refusal_names_file_key_what_it_got_and_what_is_allowed(changes: dict[str, Any], message: str) -> None:
    assert refusal(**changes) == message


def test_all_problems_of_a_section_in_the_order_of_its_fields() -> None:
    found = problems(JarParams, {"jar": jar(volume=0, sealed="no", lid={"width": "1"})}, Path("p.yaml"))
    assert [str(problem).split(";")[0] for problem in found] == [
        "p.yaml: jar.volume: got 0",
        "p.yaml: jar.sealed: got 'no'",
        "p.yaml: jar.lid.width: got '1'",
    ]
    assert problems(JarParams, {"jar": jar()}) == []


def test_a_missing_section() -> None:
    with pytest.raises(ParamsError, match=r"^p\.yaml: jar: the section is missing; add it"):
        JarParams.parse({}, Path("p.yaml"))


@pytest.mark.parametrize("value", [None, 3, "옹기", [1]])
def test_a_section_that_is_no_mapping(value: object) -> None:
    with pytest.raises(ParamsError) as caught:
        JarParams.parse({"jar": value}, Path("p.yaml"))
    assert str(caught.value) == f"p.yaml: jar: got {value!r}; write it as `jar: {{key: value}}`"


def test_load_reads_params_yaml_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(
        "# 독\njar: {volume: 20, glaze: 1e-3, name: 장독, sealed: true, kind: 옹기, lid: {width: 3}}\n", "utf-8"
    )
    assert JarParams.load().model_dump() == jar(glaze=0.001)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"jar: [1, 2", "not YAML ("),
        (b"jar: 1\njar: 2\n", "not YAML ("),
        (b"jar: !!python/object/apply:os.getcwd []\n", "not YAML ("),
        (b"\xb5\xb6: 1\n", "not YAML ('utf-8' codec"),
        (b"", "holds a NoneType, not sections; write it as `section: {key: value}`"),
        (b"- 1\n", "holds a list, not sections; write it as `section: {key: value}`"),
        (b"jar\n", "holds a str, not sections; write it as `section: {key: value}`"),
    ],
)
def test_a_file_that_holds_no_sections(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes(content)
    with pytest.raises(ParamsError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: {message}") and "\n" not in str(caught.value)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=r"none\.yaml: no such file; run from the folder that holds params\.yaml$"):
        JarParams.load(tmp_path / "none.yaml")


def said(section: type[Params], values: dict[str, Any]) -> str:
    (problem,) = problems(section, {section.key: values}, Path("p.yaml"))
    return str(problem)


def test_the_overlap_of_chunks_is_at_most_half_of_one() -> None:
    values = {"strategy": "sentence", "max_tokens": 41, "overlap_tokens": 20}
    assert problems(ChunkParams, {"chunk": values}) == []
    assert said(ChunkParams, values | {"overlap_tokens": 21}) == (
        "p.yaml: chunk: got max_tokens: 41, overlap_tokens: 21; overlap_tokens must be at most half of max_tokens (20)"
    )


def test_the_shares_of_a_split_sum_to_one() -> None:
    values = {"train": 0.7, "dev": 0.1, "test": 0.2, "synthesis_from": "train", "near_duplicate": 0.8, "seed": 0}
    assert problems(SplitParams, {"split": values}) == []  # 0.7 + 0.1 + 0.2 is 0.9999999999999999
    assert problems(SplitParams, {"split": values | {"train": 0, "dev": 0, "test": 1}}) == []
    assert said(SplitParams, values | {"test": 0.3}) == (
        "p.yaml: split: got train: 0.7, dev: 0.1, test: 0.3; train + dev + test must be 1, is 1.1"
    )


def refused(section: type, values: Any) -> list[str]:
    return [str(problem) for problem in problems(section, {"indexes": values, "models": {"tokenizer": values}})]


def test_a_key_of_an_entry_is_looked_up_in_the_form_the_entry_has() -> None:
    unknown = {"bm25": {"encoder": "kiwi", "kind": "bm25", "stem": True}}
    assert refused(Indexes, unknown) == [
        "params.yaml: indexes.bm25.stem: unknown key; known here: encoder, kind, method, k1, b"
    ]
    assert refused(Indexes, {"graph": {"kind": "hnsw"}}) == [
        "params.yaml: indexes.graph.encoder: the key is missing; add it (the encoder whose terms or vectors it holds)"
    ]
    assert refused(Indexes, {"graph": {"encoder": "base", "kind": "ivf", "lists": 0}}) == [
        "params.yaml: indexes.graph.lists: got 0; input should be greater than or equal to 1"
    ]
    assert refused(Indexes, [])[0].startswith("params.yaml: indexes: got []; write it as")
    assert refused(Tokenizers, {"kiwi": {"name": "kiwi", "user_dictionary": "-", "stem": 1}}) == [
        "params.yaml: models.tokenizer.kiwi.stem: unknown key; known here: name, pos, user_dictionary"
    ]


def test_one_entry_is_read_whatever_is_wrong_with_the_others(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("indexes:\n  a: {encoder: base, kind: flat}\n  b: {}\n")
    assert Indexes.load_entry("a", path).encoder == "base"
    with pytest.raises(ParamsError, match=r"indexes\.b: got \{\}; an index is"):
        Indexes.load_entry("b", path)
    with pytest.raises(ParamsError, match=r"indexes: has no 'c'; declare it there \(declared: a, b\)"):
        Indexes.load_entry("c", path)
    with pytest.raises(ParamsError, match=r"encoders: has no 'c'; declare it there \(declared: none\)"):
        Encoders.load_entry("c", path)


def test_a_dotted_section_that_is_missing() -> None:
    (problem,) = problems(Tokenizers, {"models": {}})
    assert str(problem).startswith("params.yaml: models.tokenizer: the section is missing")
