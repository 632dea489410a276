from collections.abc import Callable

from onggi.documents.blocks import Joined

Read = Callable[[str, bytes], Joined]


def test_paragraphs_in_unicode_and_in_the_korean_code_page(read: Read) -> None:
    source = rb"{\rtf1\ansi\ansicpg949\deff0 \uc1\u46021?\u51008? \'bb\'e7\'c8\'ea\par hidden\par {\*\generator X;}}"
    joined = read(".rtf", source)
    assert joined.text == "독은 사흘\n\nhidden"
    assert [origin.number for origin in joined.origins] == [1, 2]
