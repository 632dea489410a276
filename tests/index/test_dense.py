import errno
import json
import shutil
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onggi.core.errors import ModelError
from onggi.index import dense
from onggi.index.base import IndexCard
from onggi.index.dense import DenseIndex
from onggi.index.encoded import Vectors
from onggi.index.params import DenseParams, FlatParams, HnswParams, IvfParams

Kinds: dict[str, type[DenseParams]] = {"flat": FlatParams, "hnsw": HnswParams, "ivf": IvfParams}
KINDS = tuple(Kinds)


def unit(vectors: np.ndarray) -> Vectors:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def random(rows: int, dimensions: int = 16, seed: int = 0) -> Vectors:
    return unit(np.random.default_rng(seed).normal(size=(rows, dimensions)))


def build(vectors: Vectors, kind: str = "flat") -> DenseIndex:
    params = Kinds[kind].model_validate({"encoder": "base", "kind": kind})
    card = IndexCard(params.model_dump(), "base", {}, "0")
    return DenseIndex.of(vectors, [f"c{row}" for row in range(len(vectors))], params, card)


def brute_force(vectors: Vectors, queries: Vectors, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the k best rows and their inner products, computed in float64 and rounded once, ties by row."""
    scores = (queries.astype(np.float64) @ vectors.astype(np.float64).T).astype(np.float32)
    rows = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return rows, np.take_along_axis(scores, rows, axis=1)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.integers(2, 40), st.integers(1, 40), st.integers(1, 120), st.integers(0, 99))
def test_flat_is_brute_force(rows: int, dimensions: int, queries: int, top_k: int, seed: int) -> None:
    vectors, asked = random(rows, dimensions, seed), random(queries, dimensions, seed + 100)
    found, scores = build(vectors).search(asked, top_k)
    expected, products = brute_force(vectors, asked, min(top_k, rows))
    assert np.array_equal(found, expected) and np.array_equal(scores, products)
    assert scores.dtype == np.float32


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=300), st.integers(1, 30), st.integers(1, 150))
def test_equal_passages_are_ordered_by_row(kinds: list[int], queries: int, top_k: int) -> None:
    # Signs over a power of two: products are exact, so that equal scores are equal in brute force as well.
    corners = np.random.default_rng(7).choice([-0.125, 0.125], size=(5, 64)).astype(np.float32)
    vectors, asked = corners[kinds], np.random.default_rng(8).choice([-0.125, 0.125], size=(queries, 64))
    found, scores = build(vectors).search(asked.astype(np.float32), top_k)
    expected, products = brute_force(vectors, asked, min(top_k, len(kinds)))
    assert np.array_equal(found, expected) and np.array_equal(scores, products)


@pytest.mark.parametrize("dimensions", [5, 17, 33, 48, 64])
def test_more_equal_passages_than_candidates(dimensions: int) -> None:
    # Beyond 100 candidates FAISS collects them in a reservoir, which keeps any of equal ones.
    for seed in range(4):
        kinds = np.random.default_rng(seed).integers(0, 4, 300)
        index, asked = build(random(4, dimensions, seed)[kinds]), random(30, dimensions, seed + 50)
        for top_k in (10, 100):
            found, scores = index.search(asked, top_k)
            expected, products = brute_force(index.vectors, asked, top_k)
            assert np.array_equal(found, expected) and np.array_equal(scores, products)


@pytest.mark.parametrize("kind", KINDS)
def test_a_query_alone_is_a_query_among_many(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    index, asked = build(random(1500), kind), random(300, seed=1)
    rows, scores = index.search(asked, 50)
    for place in (0, 17, 255, 256, 299):
        alone = index.search(asked[place : place + 1], 50)
        assert alone[0][0].tolist() == rows[place].tolist()
        assert alone[1][0].tobytes() == scores[place].tobytes()
    monkeypatch.setattr(dense, "QUERIES_PER_BLOCK", 7)
    assert index.search(asked, 50)[1].tobytes() == scores.tobytes()


@settings(max_examples=40)
@given(st.data(), st.integers(2, 120), st.integers(1, 30), st.integers(0, 99))
def test_the_score_of_a_pair_depends_on_the_pair_alone(data: st.DataObject, rows: int, top_k: int, seed: int) -> None:
    """Among other rows, in another order, among other queries: the same bits, and the same order by score."""
    vectors, asked = random(rows, 24, seed), random(9, 24, seed + 100)
    scores = dict(np.ndenumerate(build(vectors).search(asked, rows)[1]))
    places = dict(np.ndenumerate(build(vectors).search(asked, rows)[0]))
    whole = {(query, places[query, rank]): scores[query, rank] for query, rank in scores}
    kept = data.draw(st.lists(st.sampled_from(range(rows)), min_size=1, unique=True))
    queries = data.draw(st.lists(st.sampled_from(range(9)), min_size=1))
    found, products = build(vectors[kept]).search(asked[queries], top_k)
    for query, found_rows, found_scores in zip(queries, found.tolist(), products.tolist(), strict=True):
        expected = sorted((-whole[query, row], place) for place, row in enumerate(kept))[:top_k]
        assert found_rows == [place for _, place in expected]
        assert found_scores == [-score for score, _ in expected]


@pytest.mark.parametrize("kind", ["hnsw", "ivf"])
def test_approximate_indexes_find_most(kind: str) -> None:
    # Clustered, as passages are: evenly spread vectors have no neighbours to speak of.
    generator = np.random.default_rng(3)
    centres = generator.normal(size=(60, 32))
    vectors = unit(centres[generator.integers(0, 60, 4000)] + 0.5 * generator.normal(size=(4000, 32)))
    asked = unit(vectors[::40] + 0.1 * generator.normal(size=(100, 32)))
    rows, _ = build(vectors, kind).search(asked, 10)
    expected, _ = brute_force(vectors, asked, 10)
    recall = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(rows.tolist(), expected.tolist(), strict=True)])
    assert recall >= 0.9


def test_the_kinds_are_what_faiss_calls_them() -> None:
    vectors = random(400)
    assert isinstance(build(vectors, "flat").index, faiss.IndexFlatIP)
    assert isinstance(build(vectors, "hnsw").index, faiss.IndexHNSWFlat)
    assert isinstance(build(vectors, "ivf").index, faiss.IndexIVFFlat)
    assert build(vectors, "ivf").index.nlist == 400 // 39


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rows", [0, 1, 5])
def test_a_tiny_corpus(kind: str, rows: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    index = build(random(rows, 8), kind)
    index.save(tmp_path / "dense")
    asked = random(3, 8, 1)
    expected, _ = brute_force(index.vectors, asked, 4)
    for each in (index, DenseIndex.load(tmp_path / "dense")):
        found, scores = each.search(asked, 4)
        assert np.array_equal(found, expected) and scores.shape == (3, min(4, rows))
    assert capfd.readouterr() == ("", "")


def test_a_corpus_without_a_chunk_has_no_dimensions_either() -> None:
    index = build(np.zeros((0, 0), np.float32))
    assert index.search(random(2, 8), 3)[0].shape == (2, 0)


def test_no_query() -> None:
    assert build(random(5)).search(random(3)[:0], 2)[0].shape == (0, 2)


def test_fewer_than_asked_for() -> None:
    vectors = random(400, 8)
    index = build(vectors, "ivf")
    index.index.nprobe = 1  # one list of ten holds fewer than all
    rows, scores = index.search(np.vstack([vectors[-1:], random(2, 8, 1)]), 400)
    assert (rows[:, -1] == -1).all() and (scores[rows < 0] == 0).all()
    for found, found_scores in zip(rows.tolist(), scores.tolist(), strict=True):
        kept = [row for row in found if row >= 0]
        assert found == kept + [-1] * (400 - len(kept)) and len(set(kept)) == len(kept) > 0
        assert found_scores[: len(kept)] == sorted(found_scores[: len(kept)], reverse=True)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_loaded_is_what_was_saved_and_the_bytes_are_the_same_each_time(kind: str, tmp_path: Path) -> None:
    vectors, asked = random(600), random(20, seed=1)
    index = build(vectors, kind)
    index.save(tmp_path / "a")
    build(vectors, kind).save(tmp_path / "b")
    loaded = DenseIndex.load(tmp_path / "a")
    assert (loaded.chunk_ids, loaded.card) == (index.chunk_ids, index.card)
    loaded.save(tmp_path / "c")
    for expected, got in zip(index.search(asked, 9), loaded.search(asked, 9), strict=True):
        assert expected.tobytes() == got.tobytes()
    graph = [] if kind == "flat" else ["index.faiss"]
    names = sorted(["vectors.npy", "index.json", "chunk_ids.parquet", *graph])
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == names
    for name in names:
        first = (tmp_path / "a" / name).read_bytes()
        assert first == (tmp_path / "b" / name).read_bytes() == (tmp_path / "c" / name).read_bytes()
    if graph:
        faiss.write_index(index.index, str(tmp_path / "faiss"))
        assert (tmp_path / "faiss").read_bytes() == (tmp_path / "a" / "index.faiss").read_bytes()


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dense") / "index"
    build(random(20), "hnsw").save(folder)
    return folder


@pytest.mark.parametrize("damage", ["missing", "empty", "cut"])
@pytest.mark.parametrize("name", ["index.faiss", "vectors.npy", "index.json", "chunk_ids.parquet"])
def test_a_damaged_folder(saved: Path, tmp_path: Path, name: str, damage: str) -> None:
    folder = tmp_path / "dense"
    shutil.copytree(saved, folder)
    content = (folder / name).read_bytes()
    if damage == "missing":
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content[: len(content) // 2] if damage == "cut" else b"")
    with pytest.raises(ModelError, match=r"dense: not an index \(.*\); run `dvc repro index@dense`$"):
        DenseIndex.load(folder)


@pytest.mark.parametrize("manifest", [[], {}, {"settings": {}}])
def test_a_manifest_of_something_else(saved: Path, tmp_path: Path, manifest: object) -> None:
    folder = tmp_path / "dense"
    shutil.copytree(saved, folder)
    (folder / "index.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match="not an index"):
        DenseIndex.load(folder)


def test_files_of_two_indexes(saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "dense"
    shutil.copytree(saved, folder)
    np.save(folder / "vectors.npy", random(21))
    with pytest.raises(ModelError) as caught:
        DenseIndex.load(folder)
    assert str(caught.value) == (
        f"{folder}: not an index (its files do not belong together: 20 indexed, 21 vectors, 20 ids); "
        "run `dvc repro index@dense`"
    )


def test_a_full_disk_leaves_the_old_index(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "dense"
    shutil.copytree(saved, folder)
    real = Path.open

    def onto_a_full_device(self: Path, *args: str) -> object:
        return real(Path("/dev/full") if self.name == "vectors.npy" else self, *args)

    monkeypatch.setattr(Path, "open", onto_a_full_device)
    with pytest.raises(OSError, match="No space left on device") as caught:
        build(random(900)).save(folder)
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(folder))
    monkeypatch.undo()
    assert len(DenseIndex.load(folder).chunk_ids) == 20 and list(tmp_path.iterdir()) == [folder]
