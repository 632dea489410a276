"""A conversation as a model's own chat template writes it, in tokens."""

from pathlib import Path
from typing import Any

from onggi.core.errors import LlmError
from onggi.llm.messages import Message, Request

SCHEMA = "다음 JSON 스키마를 따르는 JSON만 쓰세요:"
"""Said at the end of the last turn where a reply is to follow a schema: a local model has no JSON mode."""


class Chat:
    """Writes conversations for one model.

    Parameters
    ----------
    folder : Path
        The model's, for messages.
    tokenizer
        Of transformers, with its chat template.

    Raises
    ------
    LlmError
        It has none.
    """

    def __init__(self, folder: Path, tokenizer: Any) -> None:
        self.folder, self.tokenizer = folder, tokenizer
        if not tokenizer.chat_template:
            fix = "choose a model that was made for conversation, or put its chat_template.jinja into the folder"
            raise LlmError(folder, "has no chat template", fix)
        template = tokenizer.get_chat_template()
        self.options = {"enable_thinking": False} if "enable_thinking" in template else {}

    def tokens(self, request: Request) -> list[int]:
        """Return the prompt of a request, up to where the reply begins; without thoughts where the template knows how.

        Raises
        ------
        LlmError
            The template refuses the conversation.
        """
        turns = list(request.messages)
        if request.schema is not None:
            turns[-1] = Message(turns[-1].role, f"{turns[-1].content}\n\n{SCHEMA}\n{request.schema}")
        try:
            return self._written(turns)
        except Exception as error:  # templates raise what they like
            folded = _folded(turns)
            try:
                if folded != turns:
                    return self._written(folded)
            except Exception:
                pass
            said = " ".join(f"{type(error).__name__}: {error}".split())
            raise LlmError(self.folder, f"its chat template fails ({said})", "choose another model") from None

    def _written(self, turns: list[Message]) -> list[int]:
        conversation = [{"role": turn.role, "content": turn.content} for turn in turns]
        written = self.tokenizer.apply_chat_template(
            conversation, add_generation_prompt=True, tokenize=True, return_dict=True, **self.options
        )
        return list(written["input_ids"])


def _folded(turns: list[Message]) -> list[Message]:
    """Put what the system says before the first turn of the user, for templates that know no system (Gemma's)."""
    system = [turn.content for turn in turns if turn.role == "system"]
    others = [turn for turn in turns if turn.role != "system"]
    if not system or not others:
        return turns
    first = Message(others[0].role, "\n\n".join([*system, others[0].content]))
    return [first, *others[1:]]
