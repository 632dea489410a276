"""encode: all chunks as one encoder sees them, terms or vectors."""

from pathlib import Path

from stages import Opt, run


def main(name: Opt[str], chunks: Opt[Path], model: Opt[Path], out: Opt[Path]) -> None:
    """Encode the chunks table with the model in a folder, run as params.yaml says of the encoder NAME."""
    from onggi.index.encode import encode
    from onggi.models.params import EmbedParams, Encoders

    params = Encoders.load_entry(name).over(EmbedParams.load())
    encode(name, chunks, model, params, out)


if __name__ == "__main__":
    run(main)
