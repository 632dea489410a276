"""Models in folders of this machine."""

from pathlib import Path

from onggi.core.errors import ModelError
from onggi.models.generator import store_generator
from onggi.models.params import LocalParams
from onggi.models.storing import store
from onggi.models.tokenizer import Tokenizer


def adopt(params: LocalParams, folder: Path) -> None:
    """Store a model of this machine in the empty ``folder`` as a fetched one is.

    Raises
    ------
    ModelError
        There is no such folder, or no model in it that can be loaded.
    """
    source = Path(params.path)
    if params.task == "tokenizer" and source.is_dir():
        Tokenizer.take(source, folder, params.trust_remote_code, params.path)
        return
    if not (source / "config.json").is_file() and not (params.gguf_file and source.is_dir()):
        problem = "holds no model (no config.json)" if source.is_dir() else "no such folder"
        raise ModelError(params.path, problem, "name the folder of a model, as transformers saves it")
    if params.task == "generator":
        store_generator(source, folder, params.gguf_file, params.path)
    else:
        store(source, folder, params, params.path)
