from collections.abc import Sequence

from onggi.core.errors import ModelError
from onggi.core.schema import Hit
from onggi.performance.asking import Asked, ask
from onggi.search.retriever import Query, Ranking


class Told:
    """A retriever that notes what it is asked, and fails at some texts."""

    def __init__(self, *wrong: str) -> None:
        self.wrong, self.asked = wrong, list[list[str]]()

    def search(self, queries: Sequence[Query]) -> list[Ranking]:
        self.asked.append([query.text for query in queries])
        for query in queries:
            if query.text in self.wrong:
                raise ModelError("models/base", f"cannot read\n{query.text}", "mend it")
        return [[Hit(query.query_id, "a#0-1", 1, 1.0)] for query in queries]


def test_every_text_is_asked_alone_and_then_in_batches() -> None:
    retriever = Told()
    asked = ask(retriever, ["가", "나", "다", "라", "마"], 2)
    assert retriever.asked == [["가"], ["나"], ["다"], ["라"], ["마"], ["가", "나"], ["다", "라"], ["마"]]
    assert (len(asked.seconds), [size for _, size in asked.batches]) == (5, [2, 2, 1])
    assert (asked.errors, asked.first_error) == (0, "")
    assert min(asked.seconds) > 0


def test_an_error_in_the_middle_is_counted_and_named_and_the_rest_is_asked() -> None:
    retriever = Told("다", "라")
    asked = ask(retriever, ["가", "나", "다", "라", "마"], 2)
    assert len(retriever.asked) == 8
    assert (len(asked.seconds), [size for _, size in asked.batches]) == (3, [2, 1])
    assert asked.errors == 3  # two queries and the batch of both
    assert asked.first_error == "query 3 of 5: ModelError: models/base: cannot read 다; mend it"


def test_a_batch_that_fails_is_named() -> None:
    class OnlyAlone(Told):
        def search(self, queries: Sequence[Query]) -> list[Ranking]:
            if len(queries) > 1:
                raise MemoryError("too much" * 100)
            return super().search(queries)

    asked = ask(OnlyAlone(), ["가", "나"], 2)
    assert asked.errors == 1 and asked.first_error.startswith("batch 1: MemoryError: too much")
    assert len(asked.first_error) < 350 and asked.queries_per_second is None


def test_throughput_is_all_queries_by_the_time_of_all_batches() -> None:
    assert Asked(batches=[(0.5, 64), (1.5, 36)]).queries_per_second == (64 + 36) / (0.5 + 1.5)
