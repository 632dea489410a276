"""A stage of the tests' own: asks an endpoint so many questions and writes the replies.

``python -m tests.llm.stage URL REQUESTS OUT``, with the key in ``TESTER_KEY``.
"""

from pathlib import Path

from onggi.llm.backends import open_llm
from onggi.llm.messages import Reply
from onggi.work import command
from onggi.work.session import session
from tests.llm.answering import TesterParams, request


@session
def stage(url: str, requests: int, out: Path) -> None:
    """Ask."""
    endpoint = {"base_url": url, "key": "TESTER_KEY", "timeout_s": 600.0}
    llm = open_llm(TesterParams.model_validate({"endpoint": endpoint}), Path("models"))
    replies = llm.replies([request(f"{place}번 항아리") for place in range(requests)])
    out.write_text("".join(f"{reply.text}\n" for reply in replies if isinstance(reply, Reply)), "utf-8")


if __name__ == "__main__":
    command.run(stage)
