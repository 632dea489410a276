"""encode: all chunks as one encoder sees them, terms or vectors."""

from pathlib import Path

from stages import Name, Opt, run


def main(name: Name, chunks: Opt[Path], models: Opt[Path], out: Opt[Path]) -> None:
    """Encode the chunks table with the model NAME, run as params.yaml says of the encoder NAME."""
    from onggi.index.encode import encode
    from onggi.models.params import EmbedParams, Encoders

    params = Encoders.load_entry(name).over(EmbedParams.load())
    encode(name, chunks, models / name, params, out / name)


if __name__ == "__main__":
    run(main)
