"""bootstrap: an encoder made from the corpus, as a folder below models/."""

from pathlib import Path

from stages import Opt, run


def main(name: Opt[str], documents: Opt[Path], out: Opt[Path]) -> None:
    """Make the encoder that params.yaml declares under NAME from the documents table."""
    from onggi.core import tables
    from onggi.core.outs import replacing
    from onggi.core.schema import Document
    from onggi.models.bootstrap import bootstrap
    from onggi.models.declared import Bootstraps
    from onggi.work import memo

    params = Bootstraps.load_entry(name)
    with memo.active().aside("bootstrap", tables.count(documents, Document)), replacing(out) as folder:
        folder.mkdir()
        bootstrap(lambda: (doc.text for doc in tables.read(documents, Document)), params, folder)


if __name__ == "__main__":
    run(main)
