from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onggi.core import tables
from onggi.core.errors import ModelError, TableError
from onggi.core.schema import Chunk
from onggi.index import encoded, folder
from onggi.index.encode import encode, is_tokenizer, query_encoder
from onggi.index.encoded import Encoded
from onggi.index.params import Bm25Params, FlatParams
from onggi.index.passages import Passages
from onggi.models.params import EmbedParams
from onggi.models.tokenizer import Tokenizer, TokenizerParams

EMBED = EmbedParams(
    query_max_length=32, passage_max_length=64, query_prefix="", passage_prefix="", precision="fp32", runtime="torch",
    trust_remote_code=False,
)  # fmt: skip


@pytest.fixture
def chunks(tmp_path: Path) -> Path:
    rows = [Chunk(f"a#{n}-{n + 2}", "a", n, n + 2, text, 1, "장") for n, text in enumerate(["독 물", "콩", "독"])]
    tables.write(tmp_path / "chunks.parquet", Chunk, rows)
    return tmp_path / "chunks.parquet"


@pytest.fixture
def words(tmp_path: Path) -> Path:
    (tmp_path / "none.tsv").write_text("")
    params = TokenizerParams(name="whitespace", user_dictionary=str(tmp_path / "none.tsv"))
    Tokenizer.make(params, tmp_path / "models" / "words")
    return tmp_path / "models" / "words"


def test_terms_of_all_chunks_and_an_index_over_them(chunks: Path, words: Path, tmp_path: Path) -> None:
    encode("words", chunks, words, EMBED, tmp_path / "encoded")
    written = Encoded.open(tmp_path / "encoded")
    assert (written.kind, written.encoder, written.chunk_ids) == ("terms", "words", ["a#0-2", "a#1-3", "a#2-4"])
    terms = written.coded_terms()
    assert (terms.codes.tolist(), terms.sizes.tolist()) == ([0, 1, 2, 0, 3, 0, 1], [3, 2, 2])
    assert list(terms.number_of) == ["장", "독", "물", "콩"]
    folder.build(tmp_path / "encoded", Bm25Params(encoder="words", kind="bm25"), tmp_path / "bm25")
    index = folder.load(tmp_path / "bm25")
    asked = query_encoder(words, index.card.settings)(["독 물", "모름"])
    assert asked == [["독", "물"], ["모름"]] and is_tokenizer(words)
    assert index.search(asked, 3)[0].tolist() == [[0, 2, -1], [-1, -1, -1]]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["독", "물", "콩", "", "a b", "\0"]))), st.integers(1, 3))
def test_terms_are_numbered_as_they_come(terms: list[list[str]], size: int) -> None:
    with TemporaryDirectory() as work, pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoded, "ROWS_PER_GROUP", size)
        Encoded.write_terms(Path(work) / "out", "words", "0", map(str, range(len(terms))), terms)
        coded = Encoded.open(Path(work) / "out").coded_terms()
    assert list(coded.number_of.items()) == [(t, n) for n, t in enumerate(dict.fromkeys(chain.from_iterable(terms)))]
    assert coded.codes.tolist() == [coded.number_of[term] for row in terms for term in row]
    assert coded.sizes.tolist() == [*map(len, terms)]


def test_the_identity_is_that_of_the_encoder(chunks: Path, words: Path, tmp_path: Path) -> None:
    encode("words", chunks, words, EMBED, tmp_path / "one")
    (words / "user_dictionary.tsv").write_text("독\tNNG\t0\n")
    encode("words", chunks, words, EMBED, tmp_path / "two")
    assert Encoded.open(tmp_path / "one").identity != Encoded.open(tmp_path / "two").identity


def test_vectors_come_block_by_block(tmp_path: Path) -> None:
    blocks = [np.full((2, 3), 1, np.float32), np.full((1, 3), 2, np.float32)]
    Encoded.write_vectors(tmp_path / "v", "base", {"precision": "fp32"}, "0", ["a", "b", "c"], blocks)
    encoded = Encoded.open(tmp_path / "v")
    assert np.array_equal(encoded.vectors(), [[1] * 3, [1] * 3, [2] * 3]) and encoded.settings == {"precision": "fp32"}
    assert isinstance(encoded.vectors(), np.memmap)
    Encoded.write_vectors(tmp_path / "w", "base", {"precision": "fp32"}, "0", ["a", "b", "c"], [np.concatenate(blocks)])
    for file in (tmp_path / "v").iterdir():
        assert file.read_bytes() == (tmp_path / "w" / file.name).read_bytes()


def test_no_chunk_has_no_vector(tmp_path: Path) -> None:
    Encoded.write_vectors(tmp_path / "v", "base", {}, "0", [], [])
    folder.build(tmp_path / "v", FlatParams(encoder="base", kind="flat"), tmp_path / "index")
    assert folder.load(tmp_path / "index").search(np.ones((2, 3), np.float32), 5)[0].shape == (2, 0)


@pytest.mark.parametrize("rows", [1, 3])
def test_vectors_of_other_chunks(tmp_path: Path, rows: int) -> None:
    with pytest.raises((ModelError, ValueError)):
        Encoded.write_vectors(tmp_path / "v", "base", {}, "0", ["a", "b"], [np.ones((rows, 3), np.float32)])
    assert list(tmp_path.iterdir()) == []


def test_an_index_over_what_it_cannot_hold(tmp_path: Path) -> None:
    Encoded.write_terms(tmp_path / "terms", "kiwi", "0", ["a"], [["독"]])
    with pytest.raises(ModelError, match=r"indexes\.dense: flat cannot hold the terms of kiwi; bm25 takes a tokenizer"):
        folder.build(tmp_path / "terms", FlatParams(encoder="kiwi", kind="flat"), tmp_path / "dense")


@pytest.mark.parametrize("content", [None, "{", "{}", "[]"])
def test_what_holds_no_encoded_chunks(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "encoded.json").write_text(content)
    with pytest.raises(ModelError, match="holds no encoded chunks"):
        Encoded.open(tmp_path)


def test_passages_by_id(chunks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    passages = Passages(chunks)
    assert passages.of(["a#2-4", "a#0-2"]) == {"a#0-2": "장\n독 물", "a#2-4": "장\n독"}
    assert passages.of([]) == {}
    with pytest.raises(TableError, match=r"chunks\.parquet: lacks 'b#0-1', which a run names"):
        passages.of(["a#0-2", "b#0-1"])


def test_passages_of_several_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "ROWS_PER_GROUP", 4)
    rows = [Chunk(f"a#{n}-{n + 1}", "a", n, n + 1, f"글 {n}", 1, "") for n in range(10, 30)]
    tables.write(tmp_path / "t", Chunk, rows)
    found = Passages(tmp_path / "t").of(["a#29-30", "a#10-11", "a#13-14", "a#14-15"])
    assert list(found.values()) == ["글 10", "글 13", "글 14", "글 29"]
