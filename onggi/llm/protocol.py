"""OpenAI's protocol: how a request is written, and what a response says.

Written after https://platform.openai.com/docs/api-reference/chat; what other servers leave out, or answer otherwise, is
borne (Gemini, Solar, vLLM, Ollama, llama.cpp, transformers serve).
"""

import json
import math
from collections.abc import Collection
from typing import Any, Literal

from onggi.llm.messages import Failure, Reply, Request, Usage, cleaned, whole

JsonMode = Literal["schema", "object", "off"]

SHAPE = "다음 JSON 스키마를 따르는 JSON 하나만 쓰세요. 다른 말은 쓰지 마세요.\n"
"""Before the schema, where the endpoint is not told it in a field of its own."""

SHOWN = 300
"""Characters of what a server said that are told on."""


def written(request: Request, model: str, json_mode: JsonMode, without: Collection[str] = ()) -> dict[str, Any]:
    """Return the body of a call.

    A schema goes into ``response_format`` with ``json_mode: schema``, else to the end of the last turn. Of the fields
    that an endpoint does not take, ``seed`` and ``logprobs`` are left out, and ``max_tokens`` has its newer name.
    """
    turns = [{"role": turn["role"], "content": whole(turn["content"])} for turn in request.conversation()]
    content: dict[str, Any] = {
        "model": model, "messages": turns, "temperature": request.temperature, "top_p": request.top_p,
        "max_completion_tokens" if "max_tokens" in without else "max_tokens": request.max_tokens,
    }  # fmt: skip
    if "seed" not in without:
        content["seed"] = request.seed
    if request.schema is not None:
        if json_mode == "schema":
            shape = {"name": "reply", "schema": json.loads(request.schema)}
            content["response_format"] = {"type": "json_schema", "json_schema": shape}
        else:
            turns[-1]["content"] += f"\n\n{SHAPE}{whole(request.schema)}"
        if json_mode == "object":
            content["response_format"] = {"type": "json_object"}
    if request.logprobs and "logprobs" not in without:
        content["logprobs"] = True
    return content


def read(data: bytes) -> tuple[Reply | Failure, Usage | None]:
    """Return what the body of a response says, and what the call took where it tells.

    Failures: ``malformed`` for what is no such body, ``empty`` and ``refused``.
    """
    try:
        content = json.loads(data)
        usage = _usage(content.get("usage"))
        choices = content["choices"]
        if not choices:
            return Failure("empty", "no choice"), usage
        return _choice(choices[0], usage), usage
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Failure("malformed", f"no reply of OpenAI's protocol: {shown(data)}"), None


def _choice(choice: dict[str, Any], usage: Usage | None) -> Reply | Failure:
    message, ended = choice["message"], choice.get("finish_reason")
    text = cleaned(_text(message.get("content")))
    if message.get("refusal"):
        return Failure("refused", _short(cleaned(str(message["refusal"]))))
    if ended == "content_filter":
        return Failure("refused", "content filter")
    if not text.strip():
        return Failure("empty", "max_tokens ended it before its first word" if ended == "length" else "no text")
    return Reply(text, usage or Usage(), _logprob(choice.get("logprobs")), ended == "length")


def _text(content: object) -> str:
    """Return the text of a message, which some servers give in parts."""
    if isinstance(content, list):
        return "".join(part["text"] for part in content if part.get("type") == "text")
    if content is not None and not isinstance(content, str):
        raise TypeError
    return content or ""


def _usage(content: object) -> Usage | None:
    if not isinstance(content, dict):
        return None
    tokens = [content.get(name) for name in ("prompt_tokens", "completion_tokens")]
    into, out = (count if type(count) is int and count >= 0 else None for count in tokens)
    return None if into is None or out is None else Usage(into, out)


def _logprob(content: object) -> float | None:
    tokens = content.get("content") if isinstance(content, dict) else None
    if not isinstance(tokens, list):
        return None
    values = [token.get("logprob") for token in tokens]
    if not values or not all(isinstance(value, int | float) and math.isfinite(value) for value in values):
        return None
    return float(sum(values))


def complaint(data: bytes) -> tuple[str, str]:
    """Return the message of an error's body, in a line, and its code; other bodies are their own message."""
    try:
        content = json.loads(data)
        content = content[0] if isinstance(content, list) else content  # Gemini's
        error = content.get("error", content)
        if isinstance(error, str):
            return _short(cleaned(error)), ""
        message = error.get("message") or error.get("detail") or error
        codes = (error.get("code"), error.get("type"), error.get("status"), error.get("param"))
        return _short(cleaned(str(message))), " ".join(str(code) for code in codes if code)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        return shown(data), ""


def shown(data: bytes) -> str:
    """Return the beginning of a body in a line."""
    return _short(cleaned(data[: 4 * SHOWN].decode("utf-8", "replace"))) or "(nothing)"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"
