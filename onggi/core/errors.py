"""Every failure a user can cause or mend, as one tree.

    OnggiError
    ├── ParamsError      a key, a type or a value in params.yaml
    ├── DocumentError    a file of the corpus that cannot be read
    ├── GoldError        a gold question, its evidence or its qrels
    ├── TableError       a table between two stages
    ├── ModelError       an encoder, a reranker or their folder
    ├── LlmError         a language model, its endpoint or its budget
    ├── TrainingError    fine-tuning that did not finish
    ├── LeakError        a test document where it must never be
    ├── MeasureError     a measure below what is required of it
    ├── MemoError        a file of the memo, or a size for it
    ├── PlanError        a stage that cannot be planned
    └── RevisionError    a git revision that cannot be compared with

Messages are one line: where, what is wrong, what to do.
"""


class OnggiError(Exception):
    """Root of all errors onggi raises on purpose.

    Parameters
    ----------
    where : str
        The file (with line or row), the parameter or the stage.
    what : str
        What is wrong, with the value that was found.
    fix : str
        What the user can do about it.
    """

    def __init__(self, where: object, what: str, fix: str) -> None:
        self.where, self.what, self.fix = str(where), what, fix
        line = f"{self.where}: {what}; {fix}"
        super().__init__(" ".join(line.split()))


class ParamsError(OnggiError):
    """A parameter is unknown, has a wrong type or an impossible value."""


class DocumentError(OnggiError):
    """A document is missing, empty, unreadable, encrypted or truncated."""


class GoldError(OnggiError):
    """A gold question is malformed, or its evidence is not in the corpus."""


class TableError(OnggiError):
    """A table is missing, has another schema or breaks its order."""


class ModelError(OnggiError):
    """A model folder is incomplete, or a model cannot be fetched or run."""


class LlmError(OnggiError):
    """A language model cannot be asked: its key, its endpoint, its folder, its prompt or its budget."""


class TrainingError(OnggiError):
    """The trainer ended without a checkpoint."""


class LeakError(OnggiError):
    """A test document or a test question reached training."""


class MeasureError(OnggiError):
    """A measure is below what params.yaml requires of it."""


class RevisionError(OnggiError):
    """A git revision does not exist or holds no metrics."""


class MemoError(OnggiError):
    """An exported memo is missing or damaged, or a size is none."""


class PlanError(OnggiError):
    """There is no project to plan for, no such stage, or a stage that would fail."""
