import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerFast

from onggi.llm.masking import Mask
from onggi.llm.scripts import Writing, length, span, split
from onggi.llm.vocabulary import Rules, free, pieces, spelled, unspoken
from tests.llm.tiny import TEXTS, byte_level

KOREAN = Writing(("hangul", "latin"))


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    return byte_level()


@pytest.fixture(scope="module")
def end(tokenizer: PreTrainedTokenizerFast) -> int:
    return int(tokenizer.eos_token_id)


def rules(tokenizer: PreTrainedTokenizerFast, end: int, *scripts: str) -> Rules:
    silent = unspoken(tokenizer, {}, {end}, len(tokenizer))
    return spelled(pieces(tokenizer), silent, {end}, Writing(scripts))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), st.integers(0, 40), st.integers(0, 40))
def test_bytes_are_cut_into_whole_characters_and_what_is_begun(text: str, first: int, last: int) -> None:
    piece = text.encode()[first:last]
    head, whole, tail = split(piece)
    assert head + whole + tail == piece
    assert whole.decode() in text
    assert len(head) < 4 and len(tail) < 4
    assert not tail or len(tail) < length(tail[0])


@given(st.characters(exclude_categories=["Cs"]), st.integers(1, 3))
def test_a_character_is_among_those_that_its_first_bytes_can_become(character: str, count: int) -> None:
    found = span(character.encode()[:count])
    assert found is not None and found[0] <= ord(character) < found[1]


@pytest.mark.parametrize("begun", [b"\x80", b"\xc0", b"\xf5", b"\xe0\x80", b"\xed\xa0", b"\xf4\x90", b"\xea\x41"])
def test_bytes_that_begin_no_character_become_none(begun: bytes) -> None:
    assert span(begun) is None


@pytest.mark.parametrize(
    ("scripts", "fine", "wrong"),
    [
        (("hangul", "latin"), "장독 3개 é (jar) ①→😀 ㄱ。「」ー 10℃ ﬁ", "中々かカйα"),
        (("hangul",), "장독 3개 😀", "aé中"),
        (("hangul", "latin", "hanja"), "醬油 jar", "かй"),
        (("kana", "hanja"), "醤油とカメ〇", "장aй"),
        ((), "3 + 4 = 7", "장a中й"),
    ],
)
def test_letters_of_other_scripts_are_none(scripts: tuple[str, ...], fine: str, wrong: str) -> None:
    writing = Writing(scripts)
    assert writing.allows(fine)
    assert not [letter for letter in wrong if writing.allows(letter)]


def test_pieces_are_bytes(tokenizer: PreTrainedTokenizerFast) -> None:
    known = pieces(tokenizer)
    for text in TEXTS:
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        assert b"".join(known[place] or b"" for place in ids).decode() == text
    assert known[tokenizer.convert_tokens_to_ids("<|im_start|>")] is None


def test_special_pieces_and_ids_without_one_are_never_written(tokenizer: PreTrainedTokenizerFast, end: int) -> None:
    silent = unspoken(tokenizer, {"vision": {"image_token_id": 7}, "bos_token_id": 8}, {end}, len(tokenizer) + 3)
    names = ("<|endoftext|>", "<|im_start|>", "<|image_pad|>", "<|video_pad|>")
    assert silent[[tokenizer.convert_tokens_to_ids(name) for name in names]].all()
    assert silent[[7, -1, -2, -3]].all()
    assert silent.sum() == len(names) + 4
    assert not silent[[end, 8, tokenizer.convert_tokens_to_ids("<think>")]].any()


def written(rules: Rules, known: list[bytes | None], draws: np.random.Generator, steps: int) -> bytes:
    """Write pieces at random, each of those that the mask lets through."""
    mask = Mask(rules, torch.device("cpu"))
    ids, text = [0], b""
    for _ in range(steps):
        scores = mask(torch.tensor([ids]), torch.zeros(1, len(rules.allowed)))
        assert torch.equal(scores, mask(torch.tensor(ids[-1:]), torch.zeros(1, len(rules.allowed))))
        scores[0, rules.ends] = -torch.inf
        ids.append(int(draws.choice(torch.isfinite(scores[0]).nonzero()[:, 0].numpy())))
        text += known[ids[-1]] or b""
    return text


@pytest.mark.parametrize("scripts", [("hangul", "latin"), ("hangul",), ("hangul", "latin", "hanja", "kana")])
def test_whatever_is_written_is_of_the_scripts(
    tokenizer: PreTrainedTokenizerFast, end: int, scripts: tuple[str, ...]
) -> None:
    """At random, a model of byte-level pieces spells letters that stand in no piece, byte by byte.

    A letter of three pieces may be one of a neighbour's script, since the mask remembers one piece.
    """
    found = rules(tokenizer, end, *scripts)
    known, draws = pieces(tokenizer), np.random.default_rng(3)
    text = written(found, known, draws, 700).decode("utf-8", "replace")
    writing = Writing(scripts)
    letters = [letter for letter in text if unicodedata.category(letter)[0] == "L"]
    wrong = [letter for letter in letters if not writing.allows(letter)]
    assert len(letters) > 300 and len(wrong) <= 0.01 * len(letters), wrong
    assert any(letter not in "".join(TEXTS) and "가" <= letter <= "힣" for letter in letters)
    unmasked = written(free(unspoken(tokenizer, {}, {end}, len(tokenizer)), {end}), known, draws, 300)
    assert not writing.allows(unmasked.decode("utf-8", "replace"))


def test_a_character_that_is_begun_can_only_become_one_that_is_allowed(
    tokenizer: PreTrainedTokenizerFast, end: int
) -> None:
    found, known = rules(tokenizer, end, "hangul", "latin"), pieces(tokenizer)
    one = {piece[0]: place for place, piece in enumerate(known) if piece is not None and len(piece) == 1}
    mask = Mask(found, torch.device("cpu"))

    def after(byte: int) -> set[bytes]:
        scores = mask(torch.tensor([one[byte]]), torch.zeros(1, len(found.allowed)))[0]
        return {known[int(place)] or b"" for place in torch.isfinite(scores).nonzero()[:, 0]}

    start = {known[place] for place in found.allowed.nonzero()[0]}
    assert bytes([0xEA]) in start and bytes([0xF0]) in start and "장".encode() in start
    assert not start & {bytes([byte]) for byte in (0xE4, 0xE5, 0xE9, 0xD0, 0x80, 0xBF)} and "中".encode() not in start
    assert {b"\xb0", b""} <= after(0xEA) and not after(0xEA) & {b"\x80", b"a", "장".encode()}
    assert b"\x9f" in after(0xF0) and b"\xa0" not in after(0xF0)


def test_an_end_may_always_come(tokenizer: PreTrainedTokenizerFast, end: int) -> None:
    found = rules(tokenizer, end, "hangul")
    mask = Mask(found, torch.device("cpu"))
    every = torch.arange(len(found.allowed))
    assert torch.isfinite(mask(every, torch.zeros(len(every), len(every)))[:, end]).all()


def test_sentencepiece_spells_lone_bytes_in_words() -> None:
    class Stub:
        added_tokens_decoder: Mapping[int, object] = MappingProxyType({})

        def get_vocab(self) -> dict[str, int]:
            return {"<0xEA>": 0, "▁장독": 1, "中": 2}

    assert pieces(Stub()) == [b"\xea", " 장독".encode(), "中".encode()]
    assert spelled(pieces(Stub()), np.zeros(3, np.bool_), {1}, KOREAN).allowed.tolist() == [True, True, False]
