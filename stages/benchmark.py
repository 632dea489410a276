"""benchmark: what a query costs in every system: time, memory, size."""

from pathlib import Path

from stages import Opt, run


def main(
    models: Opt[Path], indexes: Opt[Path], inputs: Opt[Path], chunks: Opt[Path], questions: Opt[Path],
    prompts: Opt[Path], metrics: Opt[Path],
) -> None:  # fmt: skip
    """Time the indexes and systems that params.yaml declares, one after the other; what cannot be timed is told why."""
    from onggi.core.outs import write_json
    from onggi.index.params import Indexes
    from onggi.performance import questions as asked
    from onggi.performance.benchmark import NAME, content, in_a_process, problem, timed
    from onggi.performance.machine import machine
    from onggi.performance.params import BenchmarkParams
    from onggi.performance.trial import Job, Places
    from onggi.search.retriever import SearchParams
    from onggi.search.spec import Systems
    from onggi.work import memo

    params, declared, depth = BenchmarkParams.load(), list(Indexes.load()), SearchParams.load().depth
    known = [*declared, *Systems.load()]
    for error in params.unknown(known):
        raise error
    names = known if params.systems is None else params.systems
    texts = asked.drawn(asked.gold(questions), params.queries, params.seed)
    places = Places(models, indexes, inputs, chunks, questions, prompts)
    about = machine()
    with memo.active().aside("timed queries", len(names) * len(texts)):
        found = {
            name: timed(
                Job(name, name in declared, depth, places, texts), params.batch,
                language_models=params.language_models, run=in_a_process,
            )
            for name in names
        }  # fmt: skip
    write_json(metrics / NAME, content(about, found))
    if (wrong := problem(found, metrics / NAME)) is not None:
        raise wrong


if __name__ == "__main__":
    run(main)
