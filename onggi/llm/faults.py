"""What an endpoint's refusals mean: for the request alone, for a while, or for all that is still to be asked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from onggi.core.errors import LlmError
from onggi.llm.params import RoleParams
from onggi.llm.protocol import complaint
from onggi.llm.retries import retry_after

AWAY = {502, 503, 504, 529}
"""Statuses of a server that cannot answer anybody; 529 is overload."""

LATER = {408, 409, 425}
"""Statuses that may be another in a moment."""

_MODEL = re.compile(r"model_not_found|invalid_model|\bmodel\b.*(not found|not exist|not supported|unknown)", re.I)
_FORMAT = re.compile(r"response_format|json_schema|json_object|guided_json|structured output", re.I)
_FILTERED = re.compile(r"content_filter|content_policy|safety|blocked", re.I)
_QUOTA = re.compile(r"insufficient_quota|billing", re.I)
_KEY = re.compile(r"api[ _-]?key", re.I)
_FIELDS = {
    "logprobs": re.compile(r"logprob", re.I),
    "seed": re.compile(r"\bseed\b"),  # Gemini
    "max_tokens": re.compile(r"max_completion_tokens"),  # OpenAI's reasoning models
}
"""Fields that can be left out, or be called otherwise (see `onggi.llm.protocol.written`), by the complaint of them."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A call that brought no reply.

    Parameters
    ----------
    kind
        ``final``: no other call would bring one. ``broken``: another may, each counts. ``busy``: there are too many.
        ``shaky``: that may have been an accident, or nobody is there any more. ``away``: nobody is there.
        ``field``: the endpoint does not take that one.
    reason, detail
        Of the `onggi.llm.messages.Failure` that it may become.
    wait
        Seconds that the server asks to wait.
    field
        A field of a call that can be done without.
    worked
        Whether the server may have worked on it, and ask for its price.
    """

    kind: Literal["final", "broken", "busy", "shaky", "away", "field"]
    reason: str
    detail: str
    wait: float | None = None
    field: str = ""
    worked: bool = False


def judged(status: int, headers: Mapping[str, str], data: bytes, params: RoleParams, key: str) -> Fault:
    """Return what a status that is no success means.

    Parameters
    ----------
    data
        The body.
    key
        What must not be told on, should the server say it.

    Raises
    ------
    LlmError
        No request can be answered: the key is wrong, there is no such model or address, the quota is used up, or
        the endpoint does not know the JSON mode.
    """
    message, codes = complaint(data.replace(key.encode(), b"***"))
    detail, wait = f"{status}: {message}", retry_after(headers)
    said, url = f"{codes} {message}", params.endpoint.base_url
    section = f"params.yaml: {params.key}"
    if status in (401, 403) or (status == 400 and _KEY.search(said)):
        fix = "set it to a key that is valid there, in the environment or in .env"
        raise LlmError(f"environment variable {params.endpoint.key}", f"{url} refuses the key ({detail})", fix)
    if status == 402 or (status == 429 and _QUOTA.search(said)):
        raise LlmError(url, f"the account's quota is used up ({detail})", "raise it there, and run `dvc repro` again")
    if status == 404 or (status in (400, 422) and _MODEL.search(said)):
        fix = "name a model that it has, and in endpoint.base_url an address that ends as its API's does, such as /v1"
        raise LlmError(f"{section}.model", f"{url} does not know {params.model} ({detail})", fix)
    for field, complained_of in _FIELDS.items():
        if status in (400, 422, 501) and complained_of.search(said):
            return Fault("field", "rejected", detail, field=field)
    if status in (400, 422, 501) and _FORMAT.search(said):
        fix = f"set json_mode: {'object or off' if params.endpoint.json_mode == 'schema' else 'off'}"
        raise LlmError(f"{section}.endpoint.json_mode", f"{url} refuses response_format ({detail})", fix)
    if status == 429:
        return Fault("busy", "unavailable", detail, wait)
    if status in AWAY:
        return Fault("shaky" if wait is None else "away", "unavailable", detail, wait)
    if status in LATER or status >= 500:
        return Fault("broken", "unavailable", detail, wait)
    return Fault("final", "refused" if _FILTERED.search(said) else "rejected", detail)
