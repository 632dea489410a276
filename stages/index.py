"""index: encoded chunks, made ready to be asked."""

from pathlib import Path

from stages import Name, Opt, run


def main(name: Name, encoded: Opt[Path], out: Opt[Path]) -> None:
    """Build the index that params.yaml declares under NAME."""
    from onggi.index.folder import build
    from onggi.index.params import Indexes

    params = Indexes.load_entry(name)
    build(encoded / params.encoder, params, out / name)


if __name__ == "__main__":
    run(main)
