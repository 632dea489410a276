"""Was there a space where a line was broken?

Korean is set with lines broken between words or inside them, and a PDF need not say which. Between two Hangul
syllables it is told by a space that the program drew at the ends of lines, or else by the document's own words.
"""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from onggi.documents.memory import kept
from onggi.korean import spacing

_HANGUL = re.compile(r"[가-힣]+")
_CARRIER = re.compile("[가-힣\\w)\\]}%”’」』〉》]")
_PARTICLES = frozenset("은는을를의에로한된할될며던")  # ends of words; the space after one may be lost in justifying
_ENDINGS = re.compile(
    r"(하고|하며|하여|하는|되어|되고|되며|되는|으며|지만|는데|에서|으로|부터|까지|에게|있는|없는|대한|위한|따른|통해|싶은|같은|않은|많은|라는|다는|습니다|[해어아여]야)$"
)
_AFTER_ENDINGS = re.compile(r"(?:[가-힣]|라도|서는|서도)(?![가-힣])|[는은도의써야]")  # what they may go on in
_NUMBER = re.compile(r"\d$")
_COUNTED = re.compile(r"\d([가-힣]+)")  # a number and its unit: 2027년, 5급이면
_HYPHEN = re.compile(r"\w[-\u2010\u2011]$")
_JOINS = re.compile(r"[(\[{“‘「『〈《]$|[가-힣\w)」』][·ㆍ]$")  # an open bracket; a dot between words of a list
_SLASH = re.compile(r"\w/\n[A-Za-z0-9]|(?:^|\s)[^\s/]+/\n")  # inside a path; between two words
_PAST = re.compile("[였었았했겠갔왔됐켰렸졌셨]는$")
_AFTER_PAST = ("데", "지")  # which are endings there; Kiwi takes them for nouns
_HEAD = 2  # characters of a word that is evidence
_TAIL = 2  # characters of what follows it that must be the same
_MIN_BREAKS = 20  # by which a document shows how it is broken
_SOME = 200  # of its breaks that are asked about, to see whether any are inside words
_SOME_INSIDE = 0.04  # share of them inside words, below which there are none
_MARKING = 0.15  # share of breaks with a drawn space, above which breaks without one are inside words


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a line and the start of the next one; ``spaced`` and ``glued`` as in `lines.Run`.

    ``in_cell``: of a table, where many lines end because their writer wanted it, so that no space need be drawn.
    """

    before: str
    after: str
    spaced: bool = False
    glued: bool = False
    in_cell: bool = False

    @property
    def hangul(self) -> bool:
        """There is a Hangul syllable on both sides."""
        return bool(_HANGUL.match(self.before[-1:]) and _HANGUL.match(self.after[:1]))

    @property
    def half_hangul(self) -> bool:
        """There is one on one of them."""
        return bool(_HANGUL.match(self.before[-1:]) or _HANGUL.match(self.after[:1]))

    @property
    def attaches(self) -> bool:
        """A particle or a unit may follow: a Hangul syllable comes after a letter, a number or a closing bracket."""
        return bool(_HANGUL.match(self.after[:1]) and _CARRIER.match(self.before[-1:]))


class Breaks:
    """Whether lines of a document are broken inside words.

    Parameters
    ----------
    texts : sequence of str
        Pieces of its lines. Words at their ends are left out of the evidence: they may be halves.
    full : iterable of Break
        The breaks after its full lines.
    """

    def __init__(self, texts: Sequence[str], full: Iterable[Break]) -> None:
        self.texts = texts
        self.full = [found for found in full if found.hangul]
        self.marks_spaces = sum(found.spaced for found in self.full) > _MARKING * len(self.full)
        self._verdicts: dict[Break, bool] = {}

    @cached_property
    def evidence(self) -> "_Evidence":
        """What the document's lines say about words, their ends left out."""
        return _Evidence(self.texts)

    def separator(self, found: Break) -> str:
        """Return what joins two lines of one paragraph: a space, or nothing."""
        if found.glued or _HYPHEN.search(found.before) or _JOINS.search(found.before):
            return ""
        if _SLASH.search(f"{found.before}\n{found.after[:1]}"):
            return ""
        if found.spaced or not found.half_hangul:
            return " "
        if self.marks_spaces and not found.in_cell and found.before[-1] not in _PARTICLES:
            return ""
        if _PAST.search(found.before) and found.after.startswith(_AFTER_PAST):
            return ""
        if not found.attaches or _is_word_end(found):
            return " "
        if self.keeps_words and not found.in_cell and not _NUMBER.search(found.before):  # programs part 2027 from 년
            return " "
        return "" if self._is_inside(found) else " "

    @cached_property
    def keeps_words(self) -> bool:
        """Lines are broken between words alone; what looks otherwise are two nouns."""
        undecided = [found for found in self.full if not found.spaced]
        if len(undecided) < _MIN_BREAKS or self.marks_spaces:
            return False
        some = undecided[:: max(1, len(undecided) // _SOME)]
        few = _SOME_INSIDE * len(some)
        said = [(found, self._inside(found)) for found in some]
        inside = sum(verdict is True for _, verdict in said)
        for found in (found for found, verdict in said if verdict is None):
            if inside >= few:
                break  # each that is asked for costs Kiwi
            inside += self._is_inside(found)
        return inside < few

    def _is_inside(self, found: Break) -> bool:
        """Tell whether a break without a drawn space is inside a word: by the document's own words, else by Kiwi."""
        if found not in self._verdicts:
            inside = self._inside(found)
            self._verdicts[found] = not _apart(found) if inside is None else inside
        return self._verdicts[found]

    def _inside(self, found: Break) -> bool | None:
        """Tell by the document's own words whether the break is inside one; None where it does not say."""
        head = found.before.rsplit(" ", 1)[-1]
        match = _HANGUL.match(found.after)
        tail = match[0] if match else ""
        start = tail[:_TAIL]
        if _NUMBER.search(head) and self.evidence.counts(tail):
            return True
        together, apart = self.evidence.begins(head + start), self.evidence.apart(head, start)
        if len(head) < _HEAD or together == apart:
            # The lines of a cell mostly end where their writer wanted it: after what is a whole word elsewhere.
            long = min(len(head), len(tail)) >= _HEAD
            return False if found.in_cell and not together and long and head in self.evidence.words else None
        return together


class _Evidence:
    """The words of a document and what follows each, in the middles of its lines."""

    def __init__(self, texts: Iterable[str]) -> None:
        inner = [["", *text.split(" ")[1:-1]] for text in texts]
        self.words: set[str] = set()
        self._following: defaultdict[str, list[str]] = defaultdict(list)
        for before, word in set(itertools.chain.from_iterable(map(itertools.pairwise, inner))):
            self.words.add(word)
            self._following[before].append(word)
        hangul = {match[0] for match in map(_HANGUL.match, self.words) if match}
        self._units = {unit for word in self.words for unit in _COUNTED.findall(word)}
        self._beginnings = {word[:length] for word in hangul for length in range(1, len(word) + 1)}

    def begins(self, start: str) -> bool:
        """Tell whether a word begins with these syllables."""
        return start in self._beginnings

    def counts(self, word: str) -> bool:
        """Tell whether a word stands right behind a number."""
        return word in self._units

    def apart(self, head: str, start: str) -> bool:
        """Tell whether a word that begins with ``start`` follows the word ``head``."""
        return any(word.startswith(start) for word in self._following.get(head, ()))


def _apart(found: Break) -> bool:
    with kept():
        spacing.kiwi()
    return spacing.apart(found.before, found.after)


def _is_word_end(found: Break) -> bool:
    """Tell whether the line ends with an ending that only a particle can follow, and none does."""
    return bool(_ENDINGS.search(found.before)) and not _AFTER_ENDINGS.match(found.after)
