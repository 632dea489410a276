"""bootstrap: an encoder made from the corpus, as a folder below models/."""

from collections.abc import Iterator
from pathlib import Path

from stages import Name, Opt, run


def main(name: Name, documents: Opt[Path], models: Opt[Path]) -> None:
    """Make the encoder that params.yaml declares under NAME from the documents table."""
    from onggi.core import tables
    from onggi.core.schema import Document
    from onggi.models.bootstrap import bootstrap
    from onggi.models.declared import Bootstraps

    def texts() -> Iterator[str]:
        return (text for (text,) in tables.columns(documents, Document, "text"))

    bootstrap(texts, Bootstraps.load_entry(name), models / name)


if __name__ == "__main__":
    run(main)
