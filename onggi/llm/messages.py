"""What is asked of a language model and what comes back: requests in, for each a reply or a failure out."""

import json
import unicodedata
from dataclasses import dataclass
from typing import Any, Literal

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Request:
    """All that decides a reply beside the model.

    Parameters
    ----------
    messages
        The conversation, the user's turn last.
    temperature, top_p, max_tokens, seed
        How tokens are drawn, and how many at most. Repeats of one request differ in their seed.
    schema
        A JSON schema that the reply is to follow, as text; None for prose.
    logprobs
        Whether the sum of log-probabilities is wanted, where the backend tells it.
    """

    messages: tuple[Message, ...]
    temperature: float
    top_p: float
    max_tokens: int
    seed: int
    schema: str | None = None
    logprobs: bool = False

    def text(self) -> str:
        """Return the request as one line of JSON, equal for equal requests: what the memo and records know it by."""
        content: dict[str, Any] = {
            "messages": self.conversation(),
            "temperature": self.temperature,
            "top_p": self.top_p,
            "max_tokens": self.max_tokens,
            "seed": self.seed,
        }
        if self.schema is not None:
            content["schema"] = self.schema
        if self.logprobs:
            content["logprobs"] = True
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def of(cls, text: str) -> "Request":
        """Return the request that `text` wrote."""
        content = json.loads(text)
        messages = tuple(Message(**message) for message in content.pop("messages"))
        return cls(messages, **content)

    def conversation(self) -> list[dict[str, str]]:
        """Return the messages as every chat interface takes them."""
        return [{"role": message.role, "content": message.content} for message in self.messages]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of a call, as the model counts them; 0 where it does not say."""

    prompt_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        """Add up two calls."""
        return Usage(self.prompt_tokens + other.prompt_tokens, self.completion_tokens + other.completion_tokens)

    def __sub__(self, other: "Usage") -> "Usage":
        """Take back a call."""
        return Usage(self.prompt_tokens - other.prompt_tokens, self.completion_tokens - other.completion_tokens)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said.

    Parameters
    ----------
    text
        Its words, in NFC and without lone surrogates.
    usage
        What the call took.
    logprob
        The sum of the log-probabilities of its tokens; None where nobody asked, or the backend does not tell them.
    cut
        Whether ``max_tokens`` ended it.
    """

    text: str
    usage: Usage = Usage()
    logprob: float | None = None
    cut: bool = False

    def row(self) -> bytes:
        """Return the reply as the memo keeps it."""
        content = {
            "text": self.text, "prompt_tokens": self.usage.prompt_tokens,
            "completion_tokens": self.usage.completion_tokens, "logprob": self.logprob, "cut": self.cut,
        }  # fmt: skip
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def of(cls, row: bytes) -> "Reply":
        """Return the reply that `row` wrote."""
        content = json.loads(row)
        usage = Usage(content["prompt_tokens"], content["completion_tokens"])
        return cls(content["text"], usage, content["logprob"], content["cut"])


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request has no reply; it is never kept, so that the next build asks again.

    Parameters
    ----------
    reason
        One word to count it by: ``timeout``, ``refused``, ``empty``, ``malformed``, ``rejected``, ``unavailable``,
        ``unrecorded``.
    detail
        What was seen, in a line.
    """

    reason: str
    detail: str = ""


def cleaned(text: str) -> str:
    """Return a model's words in NFC, with U+FFFD for a lone surrogate.

    Examples
    --------
    >>> ascii(cleaned("장독" + chr(0xD800)))
    "'\\\\uc7a5\\\\ub3c5\\\\ufffd'"
    """
    return unicodedata.normalize("NFC", whole(text))


def whole(text: str) -> str:
    """Return a text that can be sent: U+FFFD for a lone surrogate."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
