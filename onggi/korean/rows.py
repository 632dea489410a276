"""What the memo holds of Kiwi's answers: numbers as uint32 and strings in one, ten times quicker to read than JSON.

Numbers stand in the byte order of the machine, as those of vectors do.
"""

from array import array
from itertools import accumulate, chain, pairwise

Columns = tuple[list[str], list[str], list[int], list[int]]
"""Forms, tags, starts and ends of morphemes."""

Sentences = list[tuple[int, int, list[int]]]
"""Start and end of each sentence, and where its morphemes start."""

NUMBER = "I"


def pack_morphemes(columns: Columns) -> bytes:
    """Return morphemes as bytes: how many, their starts, their ends, and their forms and tags, one a line.

    No form holds a line break: Kiwi takes one for white space, and it ends the entry of a dictionary.
    """
    forms, tags, starts, ends = columns
    return _numbers(len(forms), *starts, *ends) + "\n".join([*forms, *tags]).encode("utf-8", "surrogatepass")


def forms_and_tags(row: bytes) -> tuple[list[str], list[str]]:
    """Return the forms and the tags that `pack_morphemes` was given."""
    return _halves(_strings(row))


def lowered(row: bytes) -> tuple[list[str], list[str]]:
    """Return `forms_and_tags`, all in lower case: by one call, which takes half as long as one for each.

    Examples
    --------
    >>> lowered(pack_morphemes((["PDF", "를"], ["SL", "JKO"], [0, 3], [3, 4])))
    (['pdf', '를'], ['sl', 'jko'])
    """
    return _halves(_strings(row).lower())  # no letter's case depends on what stands in another line


def morphemes(row: bytes) -> Columns:
    """Return what `pack_morphemes` was given.

    Examples
    --------
    >>> morphemes(pack_morphemes((["독", "을"], ["NNG", "JKO"], [0, 1], [1, 2])))
    (['독', '을'], ['NNG', 'JKO'], [0, 1], [1, 2])
    """
    count = _array(row[:4])[0]
    numbers = _array(row[4 : 4 + 8 * count]).tolist()
    return *forms_and_tags(row), numbers[:count], numbers[count:]


def pack_sentences(sentences: Sentences) -> bytes:
    """Return sentences as bytes: how many, their starts, ends and numbers of morphemes, and where those start."""
    starts, ends, tokens = zip(*sentences, strict=True) if sentences else ((), (), ())
    return _numbers(len(sentences), *starts, *ends, *map(len, tokens), *chain.from_iterable(tokens))


def sentences(row: bytes) -> Sentences:
    """Return what `pack_sentences` was given.

    Examples
    --------
    >>> sentences(pack_sentences([(0, 5, [0, 3]), (6, 9, [6])]))
    [(0, 5, [0, 3]), (6, 9, [6])]
    """
    count, *numbers = _array(row)
    starts, ends, sizes = (numbers[place * count : (place + 1) * count] for place in range(3))
    bounds = pairwise(accumulate(sizes, initial=3 * count))
    return [(start, end, numbers[a:b]) for start, end, (a, b) in zip(starts, ends, bounds, strict=True)]


def _strings(row: bytes) -> str:
    return row[4 + 8 * _array(row[:4])[0] :].decode("utf-8", "surrogatepass")


def _halves(strings: str) -> tuple[list[str], list[str]]:
    """Return the first and the second half of lines; none are in an empty string."""
    lines = strings.split("\n") if strings else []
    return lines[: len(lines) // 2], lines[len(lines) // 2 :]


def _numbers(*numbers: int) -> bytes:
    return array(NUMBER, numbers).tobytes()


def _array(data: bytes) -> "array[int]":
    return array(NUMBER, data)
