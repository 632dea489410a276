"""synthesize: questions written from documents, to train on."""

from pathlib import Path

from stages import Opt, run


def main(
    documents: Opt[Path], chunks: Opt[Path], splits: Opt[Path], gold: Opt[Path], indexes: Opt[Path],
    models: Opt[Path], out: Opt[Path], texts: Opt[Path], metrics: Opt[Path],
) -> None:  # fmt: skip
    """Write and filter questions; GOLD holds those of dev and test that must not come out again."""
    from onggi.core import tables
    from onggi.core.outs import write_json
    from onggi.core.schema import Question, SplitRow, WrittenText
    from onggi.search.indexes import open_index
    from onggi.search.retriever import finder
    from onggi.synthesis.critic import LlmCritic
    from onggi.synthesis.params import SynthesizeParams, TeacherParams
    from onggi.synthesis.sources import examples, sources
    from onggi.synthesis.synthesize import synthesize
    from onggi.synthesis.texts import texts as written_for
    from onggi.synthesis.writers import PROMPTS, open_teacher, open_writer
    from onggi.truth.split import SplitParams

    teacher, params, synthesis_from = TeacherParams.load(), SynthesizeParams.load(), SplitParams.load().synthesis_from
    split_of = {row.doc_id: row.split for row in tables.read(splits, SplitRow)}
    readable = {doc_id for doc_id, split in split_of.items() if synthesis_from == "all" or split == "train"}
    unwanted = [question.text for question in tables.read(gold, Question) if question.split != "train"]
    read = list(sources(documents, chunks, readable))
    llm = open_teacher(teacher, models)
    critic = LlmCritic(llm, PROMPTS, teacher.critic) if llm and teacher.critic else None
    hits = critic.settings.hits + 1 if critic else 1
    find = finder(open_index(indexes / params.index, models, max(hits, params.round_trip_k)))

    shown = examples(gold, documents, teacher.examples, teacher.seed) if llm else []
    writer = open_writer(teacher, params, llm, split_of.keys(), shown)
    result = synthesize(read, params, unwanted, find, writer, critic)
    more, counted = written_for(result.questions, read, llm, PROMPTS, teacher) if llm else ([], {})
    tables.write(out, Question, result.questions)
    tables.write(texts, WrittenText, more)
    told = {"texts": counted} if counted else {}
    write_json(metrics, result.metrics() | told | {"teacher": teacher.backend, "synthesis_from": synthesis_from})


if __name__ == "__main__":
    run(main)
