import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onggi.core.errors import ParamsError
from onggi.korean.kiwi import (
    Morpheme,
    analyses_of,
    analyze,
    counted_sentences,
    counted_sentences_of,
    kiwi,
    morphemes,
    morphemes_of,
    sentences,
)

WORDS = [
    "장독대의",
    "된장을",
    "옮겼다.",
    "했습니다.",
    "됐어요!",
    "왔댔다",
    "3월",
    "신청하세요?",
    "①",
    "(주)",
    "😀",
    "ㅎㅎ",
    "ᄀᆞ",
]
PIECES = st.one_of(
    st.sampled_from(WORDS),
    st.characters(codec="utf-8", exclude_characters="\r"),
    st.sampled_from([" ", "\n", "\n\n", "\t", "\u3000", "\u200b"]),
)
TEXT = st.lists(PIECES, max_size=30).map("".join)


def test_morphemes_with_tags_and_offsets() -> None:
    assert analyze("독을 닦았다") == [
        Morpheme("독", "NNG", 0, 1),
        Morpheme("을", "JKO", 1, 2),
        Morpheme("닦", "VV", 3, 4),
        Morpheme("었", "EP", 4, 5),
        Morpheme("다", "EF", 5, 6),
    ]


def test_offsets_are_code_points_behind_an_emoji_too() -> None:
    assert [(m.form, m.start, m.end) for m in analyze("😀장독")] == [("😀", 0, 1), ("장독", 1, 3)]


def test_content_drops_particles_and_endings() -> None:
    assert morphemes("장독대의 된장을 PDF로 3번 옮겼다.") == ["장독대", "된장", "pdf", "3", "번", "옮기"]


def test_full_keeps_all_with_their_part_of_speech() -> None:
    assert morphemes("독을 닦았다.", "full") == ["독/NNG", "을/JKO", "닦/VV", "었/EP", "다/EF", "./SF"]


def test_texts_keep_their_order_whatever_thread_reads_them() -> None:
    texts = [f"항아리 {n}" for n in range(200)]
    assert list(morphemes_of(texts)) == [["항아리", str(n)] for n in range(200)]
    assert list(morphemes_of([])) == []


def test_analyses_are_those_of_each_text_alone() -> None:
    texts = ["독을 닦았다", "", "😀장독", "독을 닦았다"]
    assert list(analyses_of(iter(texts))) == [analyze(text) for text in texts]


WORKERS = """
import json, sys
from onggi.core import arithmetic
arithmetic.pin()
from onggi.korean.kiwi import analyses_of, counted_sentences
texts = json.load(sys.stdin)
print(json.dumps([list(analyses_of(texts)), [counted_sentences(text) for text in texts]]))
"""


def test_morphemes_and_sentences_are_the_same_for_any_number_of_workers() -> None:
    """One Kiwi a process, so each number of workers has its own."""
    texts = [" ".join(WORDS[n % 13 :]) + f" {n}번 독을 닦았다.\n물을 붓는다." for n in range(60)]
    found = []
    for count in (1, 5):
        environment = {**os.environ, "ONGGI_WORKERS": str(count), "PYTHONPATH": str(Path(__file__).parents[2])}
        command, given = [sys.executable, "-c", WORKERS], json.dumps(texts)
        done = subprocess.run(command, input=given, env=environment, capture_output=True, text=True, check=True)
        found.append(done.stdout)
    assert found[0] == found[1] and len(json.loads(found[0])[0]) == 60


def test_sentences_end_at_line_breaks_and_at_stops() -> None:
    text = "독을 닦았다. 물을 붓는다.\n\n  뚜껑\n"
    assert [text[start:end] for start, end in sentences(text)] == ["독을 닦았다.", "물을 붓는다.", "뚜껑"]
    assert counted_sentences("\n 독을\n") == [(2, 4, [2, 3])]
    assert sentences("") == sentences(" \n\t\n") == []


@settings(max_examples=50, deadline=None)
@given(st.lists(TEXT, max_size=4))
def test_sentences_of_many_texts_are_those_of_each_alone(texts: list[str]) -> None:
    shared = [*texts, "\n".join(texts), *texts]
    assert list(counted_sentences_of(iter(shared))) == [counted_sentences(text) for text in shared]


@settings(max_examples=50, deadline=None)
@given(TEXT)
def test_no_form_holds_a_line_break(text: str) -> None:
    assert all("\n" not in morpheme.form for morpheme in analyze(text))


@settings(max_examples=150, deadline=None)
@given(TEXT)
def test_sentences_cover_all_but_white_space_and_never_overlap(text: str) -> None:
    last = 0
    for start, end, tokens in counted_sentences(text):
        assert not text[last:start].strip() and start < end
        assert "\n" not in text[start:end] and text[start:end].strip(" \t\u3000") == text[start:end]
        assert tokens == sorted(tokens) and all(start <= token < end for token in tokens)
        last = end
    assert not text[last:].strip()


@settings(max_examples=50, deadline=None)
@given(TEXT)
def test_at_most_three_morphemes_begin_at_one_character(text: str) -> None:
    for _, _, tokens in counted_sentences(text):
        assert all(tokens[n] < tokens[n + 3] for n in range(len(tokens) - 3))


def test_a_user_dictionary_keeps_a_word_whole(tmp_path: Path) -> None:
    word = "된장물독"
    (tmp_path / "words.tsv").write_text(f"{word}\tNNP\t0\n", "utf-8")
    text = f"{word}에 담는다"
    assert word not in morphemes(text)
    assert next(morphemes_of([text], "content", tmp_path / "words.tsv"))[0] == word
    assert word not in morphemes(text)  # the analyser without a dictionary is another one


def test_one_analyser_a_dictionary(tmp_path: Path) -> None:
    (tmp_path / "words.tsv").write_text("# none\n", "utf-8")
    assert kiwi() is kiwi()
    assert kiwi(tmp_path / "words.tsv") is kiwi(tmp_path / "words.tsv") is not kiwi()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "No such file"),
        ("너울독\n".encode(), "line 1"),
        ("# 주석\n너울독\tXYZ\t0\n".encode(), "XYZ"),
        ("너울독\tNNP\t0\n".encode("cp949"), "not a user dictionary"),
    ],
)
def test_a_bad_user_dictionary(tmp_path: Path, content: bytes | None, problem: str) -> None:
    path = tmp_path / "words.tsv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ParamsError) as caught:
        kiwi(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: not a user dictionary (") and problem in message
    assert message.endswith("write `form<TAB>tag<TAB>score` lines")
