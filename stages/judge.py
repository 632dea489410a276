"""judge: the answers to the gold test questions against their gold answers and evidence."""

from pathlib import Path

from stages import Opt, run


def main(
    answers: Opt[Path], documents: Opt[Path], chunks: Opt[Path], questions: Opt[Path], models: Opt[Path],
    prompts: Opt[Path], out: Opt[Path],
) -> None:  # fmt: skip
    """Measure the answers table: strings, abstention, citations and contexts, and what a language model judges."""
    from onggi.core import tables
    from onggi.core.outs import write_json
    from onggi.core.schema import Answer, Chunk, Question
    from onggi.evaluation import texts
    from onggi.evaluation.embedded import EmbeddedJudge
    from onggi.evaluation.judge import Judge, cases_of, judged, texts_needed
    from onggi.evaluation.language.params import JudgeParams, check
    from onggi.models.params import EmbedParams, Encoders
    from onggi.truth.relevance import ChunkIndex

    params = JudgeParams.load()
    embed = Encoders.load_entry(params.encoder).over(EmbedParams.load())
    asked = [q for q in tables.read(questions, Question) if q.origin == "gold" and q.split == "test"]
    given = {answer.query_id: answer for answer in tables.read(answers, Answer)}
    chunk_ids, doc_ids = texts_needed(asked, given)
    cases = cases_of(asked, given, texts.of_chunks(chunks, chunk_ids), texts.of_documents(documents, doc_ids))
    judges: list[Judge] = [EmbeddedJudge(ChunkIndex.of(tables.read(chunks, Chunk)))]
    if params.backend != "embedded":
        from onggi.evaluation.language.judge import open_judge

        judges.append(open_judge(params, prompts, models, embed, documents))
    found = judged(asked, cases, judges)
    write_json(out, found)
    check(params.require, found, out)  # last, so that DVC leaves what was measured for its user to read


if __name__ == "__main__":
    run(main)
