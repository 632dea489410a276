"""Products through oneDNN, in which a row's bits depend neither on the other rows nor on the threads."""

import torch


def available() -> bool:
    """Tell whether torch has oneDNN and its product here."""
    return torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")


def product(rows: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
    """Return ``rows`` (n, k) times the transpose of ``weight`` (m, k, from `packed`), plus ``bias``: (n, m), float32.

    The order of the sums depends on m and k alone. Where torch has no oneDNN, it is torch's own product, of which
    nothing of the kind is known.
    """
    if not weight.is_mkldnn:
        return torch.nn.functional.linear(rows, weight, bias)
    # One row would take another kernel, and other bits, than the same row among many.
    several = torch.cat([rows, rows]) if len(rows) == 1 else rows
    result: torch.Tensor = torch.ops.mkldnn._linear_pointwise(several, weight, bias, "none", [], "")
    return result[: len(rows)]


def packed(weight: torch.Tensor) -> torch.Tensor:
    """Return a weight, (m, k) in float32, as `product` takes it."""
    return weight.detach().to_mkldnn() if available() and weight.numel() else weight


def linear_layers(network: torch.nn.Module) -> None:
    """Put oneDNN's product in the place of every linear layer of a network."""
    for parent in network.modules():
        for name, child in parent.named_children():
            if type(child) is torch.nn.Linear:
                setattr(parent, name, OneDnnLinear(child))


class OneDnnLinear(torch.nn.Module):
    """A linear layer for inference in float32 whose product oneDNN computes."""

    def __init__(self, linear: torch.nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features = linear.in_features, linear.out_features
        self.weight, self.bias = packed(linear.weight), linear.bias

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return the product of (…, in_features), (…, out_features)."""
        rows = inputs.reshape(-1, self.in_features)
        return product(rows, self.weight, self.bias).view(*inputs.shape[:-1], self.out_features)
