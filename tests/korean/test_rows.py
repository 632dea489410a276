from hypothesis import given
from hypothesis import strategies as st

from onggi.korean import rows
from onggi.work.kinds import wrong

FORM = st.text(st.characters(exclude_characters="\n"), max_size=4)
OFFSET = st.integers(0, (1 << 32) - 1)


@given(st.lists(st.tuples(FORM, st.sampled_from(["NNG", "SW"]), OFFSET, OFFSET)))
def test_morphemes_come_back_as_they_were(morphemes: list[tuple[str, str, int, int]]) -> None:
    forms, tags, starts, ends = ([morpheme[place] for morpheme in morphemes] for place in range(4))
    columns = forms, tags, starts, ends
    row = rows.pack_morphemes(columns)
    assert rows.morphemes(row) == columns and rows.forms_and_tags(row) == columns[:2]
    assert wrong("morphemes", {b"key": row}) == set()


@given(st.lists(FORM | st.text("ΣσΑİß1:'. ", max_size=4)))  # a sigma is written by what stands beside it
def test_forms_are_lowered_as_each_alone_is(forms: list[str]) -> None:
    row = rows.pack_morphemes((forms, ["SL"] * len(forms), [0] * len(forms), [1] * len(forms)))
    assert rows.lowered(row) == ([form.lower() for form in forms], ["sl"] * len(forms))


@given(st.lists(st.tuples(OFFSET, OFFSET, st.lists(OFFSET))))
def test_sentences_come_back_as_they_were(sentences: rows.Sentences) -> None:
    row = rows.pack_sentences(sentences)
    assert rows.sentences(row) == sentences
    assert wrong("sentences", {b"key": row}) == set()
