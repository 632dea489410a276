"""An encoder in ONNX Runtime on the CPU, its weights in 8-bit integers."""

import contextlib
import io
import logging
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from onggi.core.errors import ModelError
from onggi.models.auto import AutoModel
from onggi.models.loading import load

OPSET = 18


class OnnxForward:
    """Token ids to token vectors through ONNX Runtime.

    The network is exported when it is loaded, into a folder that is gone a moment later, so that no file beside the
    model depends on versions of ONNX. Linear layers are quantised dynamically: weights to 7 bits, with which no
    instruction set overflows, activations to 8 bits by their range at run time. That range must be a text's own, so
    texts run one at a time.
    """

    def __init__(self, folder: Path, trust_remote_code: bool) -> None:
        runtime = _onnxruntime(folder)
        options = runtime.SessionOptions()
        options.intra_op_num_threads = 1
        network = load(
            AutoModel, folder, use_safetensors=True, dtype=torch.float32, trust_remote_code=trust_remote_code
        )
        self.pieces = len(network.get_input_embeddings().weight)
        with TemporaryDirectory() as work:
            path = _quantise(_export(network, Path(work)))
            self.session = runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def __call__(self, ids: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        """Return the token vectors of ``ids``, (batch, length), as (batch, length, dimensions)."""
        if mask is not None:
            return self._padded(ids, mask)
        rows = [self.session.run(None, {"input_ids": row[None].numpy()})[0] for row in ids.cpu()]
        return torch.cat([torch.from_numpy(row) for row in rows])

    def _padded(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Run each text without its padding; where that was, the vectors are zero."""
        rows = [self(row[None, :length], None)[0] for row, length in zip(ids, mask.sum(dim=1).tolist(), strict=True)]
        return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)


def _onnxruntime(folder: Path) -> Any:
    try:
        import onnx  # noqa: F401
        import onnxruntime
        import onnxscript  # noqa: F401
    except ImportError as error:
        problem = f"embed.runtime is onnx, but {error.name} is not installed"
        raise ModelError(folder, problem, "pip install onggi[onnx]") from None
    onnxruntime.set_default_logger_severity(3)
    return onnxruntime


class _TokenVectors(torch.nn.Module):
    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        hidden: torch.Tensor = self.network(input_ids=input_ids).last_hidden_state
        return hidden


def _export(network: Any, work: Path) -> Path:
    """Write an encoder's network to an ONNX file in ``work``."""
    path = work / "model.onnx"
    example = torch.arange(4, 20).remainder(network.config.vocab_size)[None]
    with contextlib.redirect_stdout(io.StringIO()), torch.inference_mode():
        torch.onnx.export(
            _TokenVectors(network).eval(),
            (example,),
            path,
            input_names=["input_ids"],
            dynamic_shapes=({1: torch.export.Dim.DYNAMIC},),
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    return path


def _quantise(path: Path) -> Path:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantised = path.with_name("model-int8.onnx")
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        quantize_dynamic(
            path,
            quantised,
            op_types_to_quantize=["MatMul", "Gemm"],
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
        )
    finally:
        root.setLevel(level)
    return quantised
