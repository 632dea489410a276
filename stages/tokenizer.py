"""tokenizer: what cuts texts into the terms of BM25, as a folder below models/."""

from pathlib import Path

from stages import Name, Opt, run


def main(name: Name, models: Opt[Path]) -> None:
    """Write the tokenizer that params.yaml declares under NAME."""
    from onggi.models.declared import Tokenizers
    from onggi.models.tokenizer import Tokenizer

    Tokenizer.make(Tokenizers.load_entry(name), models / name)


if __name__ == "__main__":
    run(main)
