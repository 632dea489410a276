"""Lines of real PDFs that belong together, as labelled by eye, against what the reader made of them.

`joins.tsv` holds pairs of lines drawn at random (seeds 20261121 to 20261124), as many from each file: 200 that the
reader had joined and 200 that it had not, three times, and 100 of each at last; those with few letters are left out. A
pair is the digest of the letters on both sides of the break, no text. Labels: ``joined`` (one word), ``space`` (two
words), ``together`` (one paragraph, in whichever way), ``apart``. What the rules were mended for is among them, so this
guards against a relapse and is no fresh estimate.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from benchmarks.data import Absent
from benchmarks.reading import DATA, read
from benchmarks.timing import Measure

LABELS = Path(__file__).parent / "joins.tsv"
LETTERS = 10
"""On each side of a break, white space left out."""


def digest(before: str, after: str) -> str:
    """Return what stands for a break: of the last letters before it and the first behind it."""
    return blake2b(f"{before[-LETTERS:]}\n{after[:LETTERS]}".encode(), digest_size=8).hexdigest()


def labels() -> dict[str, dict[str, str]]:
    """Return the label of each break, by file and digest."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for line in LABELS.read_text(encoding="utf-8").splitlines()[1:]:
        file, _, key, label = line.split("\t")
        found[file][key] = label
    return dict(found)


def made(text: str, wanted: dict[str, str]) -> dict[str, str]:
    """Return what became of breaks in a text; left out are those that are not there, or more than once."""
    letters = re.sub(r"\s", "", text)
    places = [at for at, character in enumerate(text) if not character.isspace()]
    seen: Counter[str] = Counter()
    found = {}
    for at in range(LETTERS, len(letters) - LETTERS + 1):
        key = digest(letters[at - LETTERS : at], letters[at : at + LETTERS])
        if key in wanted:
            seen[key] += 1
            between = text[places[at - 1] + 1 : places[at]]
            found[key] = "apart" if "\n" in between else "space" if between else "joined"
    return {key: what for key, what in found.items() if seen[key] == 1}


def measure() -> Iterator[Measure]:
    """Yield the share of pairs that are wrongly joined, wrongly left apart, and joined with the wrong white space."""
    folder = DATA / "public-pdf"
    if not folder.is_dir():
        raise Absent(f"{folder} has no real documents")
    counts: Counter[str] = Counter()
    for file, wanted in labels().items():
        path = next(iter([*folder.glob(file), *(DATA / "pdf").glob(file)]))
        for key, what in made(read(path).text, wanted).items():
            counts["pairs"] += 1
            label = wanted[key]
            counts["joined"] += label == "apart" != what
            counts["apart"] += label != "apart" == what
            counts["spaces"] += {label, what} == {"joined", "space"}
    for kind in ("joined", "apart", "spaces"):
        note = f"wrongly, of {counts['pairs']} pairs labelled by eye"
        yield Measure(f"joins.{kind}", 100 * counts[kind] / max(counts["pairs"], 1), "%", note=note)


if __name__ == "__main__":
    for one in measure():
        print(one.line())
