"""index: encoded chunks, made ready to be asked."""

from pathlib import Path

from stages import Opt, run


def main(name: Opt[str], encoded: Opt[Path], out: Opt[Path]) -> None:
    """Build the index that params.yaml declares under NAME."""
    from onggi.index.folder import build
    from onggi.index.params import Indexes

    build(encoded, Indexes.load_entry(name), out)


if __name__ == "__main__":
    run(main)
