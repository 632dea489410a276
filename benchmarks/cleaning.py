"""What cleaning does to real documents: masks by kind, repaired spaces, versions and boilerplate, counted.

The counts say what there is to judge; what eyes said of them stands in docs/log.md.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.data import Absent
from benchmarks.reading import DATA
from benchmarks.timing import Measure
from onggi.cleaning import Cleaning, CleanParams
from onggi.cleaning.corpus import MASKED
from onggi.cleaning.params import BoilerplateParams
from onggi.cleaning.personal import Kind
from onggi.core.errors import DocumentError
from onggi.core.schema import Document
from onggi.documents.parsed import Limits
from onggi.documents.reading import read_file

_FOLDERS = ("public-hwp", "public-pdf", "pdf", "hwp", "welfare-md", "install-guide-ko", "lo-help-ko")
_SUFFIXES = {".hwp", ".hwpx", ".pdf", ".md", ".html", ".htm", ".xhtml"}
_KINDS: tuple[Kind, ...] = (
    *("resident_number", "passport", "driver_licence", "card", "mobile", "email", "account", "business_number"),
)
_BOILERPLATE = BoilerplateParams(min_documents=5, min_share=0.3)


def documents(folder: Path) -> list[Document]:
    """Return the documents of a folder, by id."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in _SUFFIXES and path.is_file():
            file = path.relative_to(folder).as_posix()
            items = read_file(path.read_bytes(), path.name, file, Limits(512))
            found += [item.document(file) for item in items if not isinstance(item, DocumentError)]
    return sorted(found, key=lambda document: document.doc_id)


def measure() -> Iterator[Measure]:
    """Yield what is done to each folder, one folder after the other.

    Raises
    ------
    Absent
        There are no real documents.
    """
    if not DATA.is_dir():
        raise Absent(f"no {DATA}")
    masks: Counter[str] = Counter()
    for folder in _FOLDERS:
        read = documents(DATA / folder)
        cleaning = Cleaning(
            CleanParams(
                duplicates="keep",
                alike=0.9,
                versions="keep",
                boilerplate=_BOILERPLATE,
                spacing="auto",
                mask=list(_KINDS),
            )
        )
        list(cleaning.cleaned(read))
        masks += Counter({kind: cleaning.done[f"{MASKED}{kind}"] for kind in _KINDS})
        metrics = cleaning.metrics()
        note = f"{len(read)} documents"
        done = {what: cleaning.done[what] for what in ("boilerplate lines", "respaced lines")}
        for what, count in {**done, "versions": len(metrics["versions"]), "copies": len(metrics["copies"])}.items():
            yield Measure(f"{folder}.{what.split()[0]}", count, "", note=note)
    for kind in _KINDS:
        yield Measure(f"masks.{kind}", masks[kind], "", note="in all folders")
