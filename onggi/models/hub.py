"""Models of the Hugging Face Hub, pinned to a commit."""

from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import (
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from onggi.core.errors import ModelError
from onggi.models.generator import store_generator
from onggi.models.params import HubParams
from onggi.models.storing import store
from onggi.models.tokenizer import Tokenizer

CONFIGURATION = ["*.json", "*.jinja", "*.txt", "*.model", "1_Pooling/*.json"]
NEEDLESS = ["original/*", "consolidated*"]
"""Weights of language models once more, as their makers' own programs read them."""


def fetch(params: HubParams, folder: Path) -> None:
    """Store a model of the Hub in the empty ``folder`` (see `onggi.models.storing` and `onggi.models.generator`).

    Raises
    ------
    ModelError
        The model or revision does not exist, cannot be reached, or cannot be loaded.
    """
    snapshot = _snapshot(params)
    if params.task == "tokenizer":
        Tokenizer.take(snapshot, folder, params.trust_remote_code, params.name)
    elif params.task == "generator":
        store_generator(snapshot, folder, params.gguf_file, params.name)
    else:
        store(snapshot, folder, params, params.name)


def _snapshot(params: HubParams) -> Path:
    """Return the folder of the Hub's cache that holds the model; pickles only where it has nothing else."""
    try:
        for weights in _weights(params):
            patterns = [*CONFIGURATION, weights, *(["*.py"] if params.trust_remote_code else [])]
            path = Path(
                snapshot_download(
                    params.name, revision=params.revision, allow_patterns=patterns, ignore_patterns=NEEDLESS
                )
            )
            if any(path.glob(weights)):
                return path
    except RepositoryNotFoundError:
        raise ModelError(
            params.name, "no such model on the Hub", "check the name; a private one needs HF_TOKEN"
        ) from None
    except RevisionNotFoundError:
        raise ModelError(params.name, f"no revision {params.revision}", "copy a commit of the model's page") from None
    except HFValidationError as error:
        raise ModelError(params.name, f"is no name of the Hub ({error})", "write it as owner/name") from None
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        problem = f"the Hub cannot be reached ({error})"
        raise ModelError(params.name, problem, "go online, or adopt a local folder") from None
    raise ModelError(params.name, f"holds no weights ({', '.join(_weights(params))})", "choose another model")


def _weights(params: HubParams) -> tuple[str, ...]:
    """Return the patterns of weights that may be fetched, the first that is there; for a tokenizer, of its files."""
    if params.task == "generator":
        return (params.gguf_file or "*.safetensors",)
    if params.task == "tokenizer":
        return ("tokenizer*", "vocab*")
    return ("*.safetensors", "pytorch_model*.bin")
