"""Which backend the section of a role names."""

from pathlib import Path

from onggi.core.errors import LlmError
from onggi.llm.params import RoleParams
from onggi.llm.role import Llm
from onggi.llm.tokens import by_tokenizer, estimate


def open_llm(params: RoleParams, models: Path) -> Llm:
    """Return the language model of a role; nothing is loaded, and no network is asked, before a reply is missing.

    Parameters
    ----------
    params
        The section of the role.
    models
        The folder of all models, one of which may count tokens.

    Raises
    ------
    LlmError
        There is no such folder or file.
    """
    if params.backend == "recorded":
        from onggi.llm.record import Recorded

        replies = Recorded(Path(params.path))
        return Llm(params, {"recorded": replies.digest}, lambda: replies)
    if params.backend == "transformers":
        from onggi.llm import local

        folder = Path(params.path)
        return Llm(params, local.identity(params), lambda: local.Local(folder, params.local), local.counting(folder))
    if params.backend == "openai":
        from onggi.llm.endpoint import Endpoint, identity

        count = by_tokenizer(models / params.tokenizer) if params.tokenizer else estimate
        return Llm(params, identity(params), lambda: Endpoint(params), count)
    raise LlmError(f"params.yaml: {params.key}.backend", f"{params.backend} is no language model", "name another")
