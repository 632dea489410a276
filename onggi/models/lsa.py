"""How a small encoder is made from the corpus in seconds, without a download.

A Unigram vocabulary (Kudo 2018, https://arxiv.org/abs/1804.10959) is trained on the corpus, and token vectors come
from latent semantic analysis (Deerwester et al. 1990): TF-IDF over windows of text, then SVD. They become the word
embeddings of an XLM-R-shaped encoder whose layers at first pass them through unchanged, so that the mean over a text
is its idf-weighted mean token vector, and fine-tuning starts from there:

- the singular vectors are not scaled by their singular values: on Korean pages nDCG@10 falls from 0.66 to 0.53 when
  they are, because frequent topics then drown what sets tokens apart;
- each token vector has the token's idf as its length. A usual layer norm would undo that, so its epsilon is large
  against the variance: it then divides by a near constant, and its weight multiplies that back;
- the output projections of attention and feed-forward start at zero (as in Fixup, https://arxiv.org/abs/1901.09321).
"""

import io
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from sentencepiece import SentencePieceProcessor, SentencePieceTrainer
from sklearn.utils.extmath import randomized_svd
from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import Unigram
from transformers import PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaModel

from onggi.core.errors import ModelError
from onggi.models.config import EncoderConfig, write_encoder_config
from onggi.models.params import BootstrapParams
from onggi.models.storing import saving

LAYER_NORM_EPS = 4.0
TEXTS_TOKENIZED = 256
WINDOWS_COUNTED = 4096


def save(texts: Callable[[], Iterable[str]], params: BootstrapParams, folder: Path) -> None:
    """Make an encoder from texts and save it, with its tokenizer, in ``folder``, which is made.

    Parameters
    ----------
    texts
        Called for each of two passes over the texts: one for the vocabulary, one for the vectors. Beside what
        SentencePiece holds, memory grows with the kinds of tokens in each window alone.

    Raises
    ------
    ModelError
        The texts are too few to train a vocabulary on, or there is no space for the encoder.
    """
    tokenizer = fast_tokenizer(train_vocabulary(texts(), params.vocab_size), params.max_length)
    network = encoder(token_vectors(_encoded(texts(), tokenizer), len(tokenizer), params), params)
    folder.mkdir()
    with saving(folder):
        network.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        write_encoder_config(folder, EncoderConfig(pooling="mean", max_length=params.max_length))


def _encoded(texts: Iterable[str], tokenizer: PreTrainedTokenizerFast) -> Iterator[list[int]]:
    waiting = iter(texts)
    while some := list(islice(waiting, TEXTS_TOKENIZED)):
        yield from tokenizer(some, add_special_tokens=False, verbose=False)["input_ids"]


def train_vocabulary(texts: Iterable[str], size: int) -> SentencePieceProcessor:
    """Train a Unigram vocabulary of at most ``size`` pieces, on one thread so that it is the same every time."""
    model = io.BytesIO()
    try:
        SentencePieceTrainer.train(
            sentence_iterator=_lines(texts),
            model_writer=model,
            model_type="unigram",
            vocab_size=size,
            hard_vocab_limit=False,
            character_coverage=1.0,
            num_threads=1,
            bos_id=0,
            pad_id=1,
            eos_id=2,
            unk_id=3,
            max_sentence_length=1 << 20,
            minloglevel=2,
        )
    except (RuntimeError, OSError) as error:
        problem = str(error).splitlines()[-1] if str(error) else "no text"
        raise ModelError("models.bootstrap", f"no vocabulary could be trained ({problem})", "add documents") from None
    return SentencePieceProcessor(model_proto=model.getvalue())


def _lines(texts: Iterable[str]) -> Iterator[str]:
    return (line for text in texts for line in text.split("\n") if line.strip())


def token_vectors(encoded: Iterable[Sequence[int]], vocab_size: int, params: BootstrapParams) -> NDArray[np.float32]:
    """Return a vector for every piece, (vocab_size, dimensions): its direction from the SVD, its length its idf.

    Pieces that no window holds, the special ones among them, get zeros.
    """
    counts = _window_counts(encoded, vocab_size, params.window)
    windows = counts.shape[0]
    frequency = np.bincount(counts.indices, minlength=vocab_size)
    idf = np.log((windows + 1) / (frequency + 1)) + 1
    weighted = counts.astype(np.float64)
    weighted.data = 1 + np.log(weighted.data)
    weighted = sparse.csr_array(weighted @ sparse.diags_array(idf))
    lengths = np.sqrt(np.asarray(weighted.power(2).sum(axis=1)).ravel())
    weighted = sparse.csr_array(sparse.diags_array(1 / np.maximum(lengths, 1e-12)) @ weighted)

    rank = min(params.dimensions, *(side - 1 for side in weighted.shape))
    vectors = np.zeros((vocab_size, params.dimensions))
    if rank > 0:
        _, _, components = randomized_svd(weighted, rank, n_iter=4, random_state=params.seed)
        vectors[:, :rank] = components.T
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 1e-9) * idf[:, None]
    result: NDArray[np.float32] = vectors.astype(np.float32)
    return result


def _window_counts(encoded: Iterable[Sequence[int]], vocab_size: int, size: int) -> sparse.csr_array:
    """Count pieces in windows that overlap by half, (windows, vocab_size)."""
    waiting = _windows(encoded, size)
    blocks = [sparse.csr_array((0, vocab_size))]
    while windows := list(islice(waiting, WINDOWS_COUNTED)):
        columns = np.concatenate(windows)
        rows = np.repeat(np.arange(len(windows)), [len(window) for window in windows])
        counts = sparse.csr_array((np.ones(len(columns)), (rows, columns)), shape=(len(windows), vocab_size))
        counts.sum_duplicates()
        blocks.append(counts)
    return sparse.csr_array(sparse.vstack(blocks, format="csr"))


def _windows(encoded: Iterable[Sequence[int]], size: int) -> Iterator[NDArray[np.int64]]:
    step = size // 2
    for ids in encoded:
        if ids:
            for start in range(0, max(1, len(ids) - size + step), step):
                yield np.asarray(ids[start : start + size], dtype=np.int64)


def encoder(vectors: NDArray[np.float32], params: BootstrapParams) -> XLMRobertaModel:
    """Return an XLM-R-shaped encoder that at first passes ``vectors``, (vocab_size, dimensions), through."""
    torch.manual_seed(params.seed)
    config = XLMRobertaConfig(
        vocab_size=len(vectors),
        hidden_size=params.dimensions,
        num_hidden_layers=params.layers,
        num_attention_heads=params.heads,
        intermediate_size=params.dimensions,
        max_position_embeddings=params.max_length + 2,
        type_vocab_size=1,
        layer_norm_eps=LAYER_NORM_EPS,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        bos_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
    )
    model = XLMRobertaModel(config)
    with torch.no_grad():
        embeddings: Any = model.embeddings
        embeddings.word_embeddings.weight.copy_(torch.from_numpy(vectors))
        embeddings.position_embeddings.weight.zero_()
        embeddings.token_type_embeddings.weight.zero_()
        for module in model.modules():
            if isinstance(module, torch.nn.LayerNorm):
                module.weight.fill_(math.sqrt(LAYER_NORM_EPS))
        layers: Any = model.encoder.layer
        for layer in layers:
            layer.attention.output.dense.weight.zero_()
            layer.output.dense.weight.zero_()
    return model


def fast_tokenizer(processor: SentencePieceProcessor, max_length: int) -> PreTrainedTokenizerFast:
    """Return the vocabulary as a Hugging Face tokenizer that adds ``<s>`` and ``</s>``, as XLM-R's does."""
    pieces = [(processor.id_to_piece(i), processor.get_score(i)) for i in range(processor.get_piece_size())]
    tokenizer = Tokenizer(Unigram(pieces, unk_id=3))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        cls_token="<s>",
        sep_token="</s>",
        model_max_length=max_length,
    )
