from collections.abc import Sequence

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import XLMRobertaConfig, XLMRobertaModel

from onggi.models import network
from onggi.models.network import exact_batches, spread
from onggi.models.onednn import OneDnnLinear


@given(st.lists(st.integers(0, 12), max_size=40), st.integers(1, 30))
def test_batches_hold_every_place_once_and_one_length_each(lengths: list[int], budget: int) -> None:
    batches = list(exact_batches(lengths, budget))
    assert sorted(place for batch in batches for place in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len({lengths[place] for place in batch}) == 1
        assert len(batch) == 1 or len(batch) * lengths[batch[0]] <= budget


@given(st.lists(st.integers(1, 12), max_size=40), st.integers(1, 60))
def test_padded_batches_hold_every_place_once_and_more_text_than_padding(lengths: list[int], budget: int) -> None:
    batches = list(network.padded_batches(lengths, budget))
    assert sorted(place for batch in batches for place in batch) == list(range(len(lengths)))
    for batch in batches:
        longest = max(lengths[place] for place in batch)
        assert len(batch) == 1 or len(batch) * longest <= budget
        assert 2 * sum(lengths[place] for place in batch) > len(batch) * longest


def test_padding_goes_behind_and_is_masked() -> None:
    ids, mask = network.padded([[5, 6, 7], [8]], pad=1)
    assert ids.tolist() == [[5, 6, 7], [8, 1, 1]] and mask is not None and mask.tolist() == [[1, 1, 1], [1, 0, 0]]
    ids, mask = network.padded([[5, 6], [8, 9]], pad=1)
    assert ids.tolist() == [[5, 6], [8, 9]] and mask is None


@pytest.mark.parametrize("size", [0, 1, 2, 7])
def test_results_come_in_order_and_threads_are_left_as_they_were(size: int) -> None:
    before = torch.get_num_threads()
    assert list(spread(lambda item: item * item, list(range(size)))) == [item * item for item in range(size)]
    assert torch.get_num_threads() == before


def test_a_failure_in_a_thread_comes_out() -> None:
    def fail(item: int) -> int:
        raise ValueError(item)

    with pytest.raises(ValueError, match="0"):
        list(spread(fail, [0, 1, 2]))


@pytest.mark.parametrize("shape", [(1, 24), (5, 24), (1, 1, 24), (3, 7, 24)])
@pytest.mark.parametrize("bias", [True, False])
def test_onednn_multiplies_as_torch_does(shape: Sequence[int], bias: bool) -> None:
    torch.manual_seed(0)
    linear, inputs = torch.nn.Linear(24, 40, bias=bias), torch.randn(*shape)
    with torch.inference_mode():
        product = OneDnnLinear(linear)(inputs)
        assert product.shape == (*shape[:-1], 40)
        assert torch.allclose(product, linear(inputs), atol=1e-6)


@given(rows=st.integers(1, 70), place=st.data())
def test_a_row_has_the_same_bits_among_any_rows(rows: int, place: st.DataObject) -> None:
    torch.manual_seed(rows)
    linear, inputs = OneDnnLinear(torch.nn.Linear(48, 20)), torch.randn(rows, 48)
    row = place.draw(st.integers(0, rows - 1))
    with torch.inference_mode():
        assert torch.equal(linear(inputs)[row], linear(inputs[row : row + 1])[0])


def test_every_linear_layer_goes_through_onednn(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("network")
    XLMRobertaModel(
        XLMRobertaConfig(vocab_size=9, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=8)
    ).save_pretrained(folder)
    loaded = network.load_network(XLMRobertaModel, folder, "fp32")
    kinds = [type(module) for module in loaded.modules()]
    assert torch.nn.Linear not in kinds
    # Query, key, value, output and two of the feed-forward in each layer, and the pooler.
    assert kinds.count(OneDnnLinear) == 2 * 6 + 1
