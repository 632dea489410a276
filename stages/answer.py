"""answer: short answers to the gold test questions, from the chunks one system retrieved."""

from pathlib import Path

from stages import Opt, run


def main(
    questions: Opt[Path], chunks: Opt[Path], runs: Opt[Path], models: Opt[Path], prompts: Opt[Path], out: Opt[Path],
    submission: Opt[Path],
) -> None:  # fmt: skip
    """Answer the test questions, those without an answer in the corpus too, from the best chunks of a system's run."""
    from onggi.answers.backends import load_reader
    from onggi.answers.reader import AnswerParams, ReaderParams
    from onggi.answers.submission import rows
    from onggi.answers.tasks import tasks
    from onggi.core import tables
    from onggi.core.outs import write_csv
    from onggi.core.schema import Answer, Chunk, Question
    from onggi.models.params import EmbedParams, Encoders

    params, role = AnswerParams.load(), ReaderParams.load()
    asked = [question for question in tables.read(questions, Question) if question.split == "test"]
    texts = (chunk.text for chunk in tables.read(chunks, Chunk))
    embed = Encoders.load_entry(params.encoder).over(EmbedParams.load())
    reader = load_reader(params, role, embed, models, prompts, texts)
    tables.write(out, Answer, reader.answers(tasks(asked, runs / f"{params.system}.parquet", chunks, params.contexts)))
    write_csv(submission, list(params.columns.values()), rows(tables.read(out, Answer), asked, list(params.columns)))


if __name__ == "__main__":
    run(main)
