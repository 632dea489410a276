from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from onggi.core import tables
from onggi.core.schema import Chunk, Hit
from onggi.plan.rows import Difference, rows_of


def chunk(start: int, text: str) -> Chunk:
    return Chunk(f"독.md#{start}-{start + len(text)}", "독.md", start, start + len(text), text, 1, "독")


def test_rows_by_their_ids(tmp_path: Path) -> None:
    tables.write(tmp_path / "was", Chunk, [chunk(0, "된장"), chunk(3, "간장"), chunk(6, "식초")])
    tables.write(tmp_path / "now", Chunk, [chunk(0, "된장"), chunk(3, "막장"), chunk(9, "소금")])
    (kind, was), (_, now) = rows_of(tmp_path / "was") or ("", {}), rows_of(tmp_path / "now") or ("", {})
    assert kind == "Chunk"
    assert Difference.of(was, now) == Difference(["독.md#9-11"], ["독.md#6-8"], ["독.md#3-5"])


def test_a_hit_is_the_same_at_another_rank(tmp_path: Path) -> None:
    tables.write(tmp_path / "was", Hit, [Hit("q", "a", 1, 0.9), Hit("q", "b", 2, 0.5)])
    tables.write(tmp_path / "now", Hit, [Hit("q", "b", 1, 0.9), Hit("q", "c", 2, 0.5)])
    was, now = (rows_of(tmp_path / name) or ("", {}) for name in ("was", "now"))
    assert Difference.of(was[1], now[1]) == Difference(["q c"], ["q a"], ["q b"])


def test_what_is_no_table_of_ours(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"x": [1]}), tmp_path / "other")
    (tmp_path / "text").write_text("된장")
    assert rows_of(tmp_path / "other") is rows_of(tmp_path / "text") is rows_of(tmp_path / "none") is None


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 2)), st.dictionaries(st.text(max_size=3), st.integers(0, 2)))
def test_a_difference_tells_all(was: dict[str, object], now: dict[str, object]) -> None:
    found = Difference.of(was, now)
    kept = {name: now[name] if name in found.changed else of for name, of in was.items() if name not in found.removed}
    assert kept | {name: now[name] for name in found.added} == now
    names = [*found.added, *found.removed, *found.changed]
    assert len(set(names)) == len(names)
