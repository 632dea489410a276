"""benchmark_llm: a language model as reader, on a sample of the gold questions."""

from pathlib import Path

from stages import Name, Opt, run


def main(
    name: Name, questions: Opt[Path], chunks: Opt[Path], runs: Opt[Path], models: Opt[Path], prompts: Opt[Path],
    answers: Opt[Path], metrics: Opt[Path],
) -> None:  # fmt: skip
    """Ask the model that params.yaml declares under NAME; one that cannot be asked is a result too."""
    from tempfile import TemporaryDirectory

    from onggi.answers.reader import AnswerParams
    from onggi.answers.tasks import tasks
    from onggi.choosing.candidates import reader_of
    from onggi.choosing.params import Candidates, SampleParams
    from onggi.choosing.result import result
    from onggi.choosing.sample import sample
    from onggi.choosing.trial import trial
    from onggi.core import tables
    from onggi.core.outs import write_json
    from onggi.core.schema import Answer, Chunk, Question
    from onggi.models.params import EmbedParams

    candidate, params = Candidates.load_entry(name), SampleParams.load()
    reading, embed = AnswerParams.load(), EmbedParams.load()
    gold = [q for q in tables.read(questions, Question) if q.origin == "gold" and q.split in params.splits]
    asked = sample(gold, params.questions, params.seed)
    given = list(tasks(asked, runs / f"{reading.system}.parquet", chunks, reading.contexts))
    texts = (chunk.text for chunk in tables.read(chunks, Chunk))
    answers.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=answers) as fetched:
        make = reader_of(candidate, reading, embed, models, prompts, texts, Path(fetched))
        tried = trial(make, given, candidate.backend)
    tables.write(answers / f"{name}.parquet", Answer, tried.answers)
    write_json(metrics / f"{name}.json", result(candidate, tried, asked, gold, params))


if __name__ == "__main__":
    run(main)
