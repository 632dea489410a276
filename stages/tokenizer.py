"""tokenizer: what cuts texts into the terms of BM25, as a folder below models/."""

from pathlib import Path

from stages import Opt, run


def main(name: Opt[str], out: Opt[Path]) -> None:
    """Write the tokenizer that params.yaml declares under NAME."""
    from onggi.models.declared import Tokenizers
    from onggi.models.tokenizer import Tokenizer

    Tokenizer.make(Tokenizers.load_entry(name), out)


if __name__ == "__main__":
    run(main)
