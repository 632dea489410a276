"""answer: short answers to the gold test questions, from the chunks one system retrieved."""

from pathlib import Path

from stages import Opt, run


def main(questions: Opt[Path], chunks: Opt[Path], runs: Opt[Path], out: Opt[Path]) -> None:
    """Answer the test questions, those without an answer in the corpus too, from the best chunks of a system's run."""
    from onggi.answers.backends import load_reader
    from onggi.answers.reader import AnswerParams
    from onggi.answers.tasks import tasks
    from onggi.core import tables
    from onggi.core.schema import Answer, Chunk, Question

    params = AnswerParams.load()
    asked = [question for question in tables.read(questions, Question) if question.split == "test"]
    reader = load_reader(params, (chunk.text for chunk in tables.read(chunks, Chunk)))
    tables.write(out, Answer, reader.answers(tasks(asked, runs / f"{params.system}.parquet", chunks, params.contexts)))


if __name__ == "__main__":
    run(main)
