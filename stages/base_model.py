"""base_model: the encoder that everything dense starts from."""

from pathlib import Path

from stages import run


def main(documents: Path, model: Path) -> None:
    """Make an encoder from the documents table, or fetch one from the Hub."""
    from onggi.core import tables
    from onggi.core.outs import replacing
    from onggi.core.schema import Document
    from onggi.models.base import BaseModelParams
    from onggi.models.bootstrap import bootstrap
    from onggi.models.hub import fetch
    from onggi.work import memo

    params = BaseModelParams.load()
    rows = tables.count(documents, Document)
    with memo.active().aside(params.kind, rows), replacing(model) as folder:
        folder.mkdir()
        if params.kind == "hub":
            fetch(params.hub, folder)
        else:
            bootstrap([doc.text for doc in tables.read(documents, Document)], params.bootstrap, folder)


if __name__ == "__main__":
    run(main)
