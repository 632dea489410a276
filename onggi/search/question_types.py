"""Types of questions by an encoder: the nearest centroid of questions whose types are known."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from onggi.core.errors import TableError
from onggi.core.schema import QUESTION_TYPES
from onggi.models.joined import Embeds


class Centroids:
    """The middle of the questions of each type.

    Parameters
    ----------
    embedder
        The encoder.
    known
        Texts of questions and their types; none of them of dev or test.
    where
        Where they come from, for the error.

    Raises
    ------
    TableError
        No type is known.
    """

    def __init__(self, embedder: Embeds, known: Sequence[tuple[str, str]], where: Path) -> None:
        self.embedder = embedder
        self.names = [type_ for type_ in QUESTION_TYPES if any(type_ == of for _, of in known)]
        if not self.names:
            raise TableError(where, "no train question has a type", "choose by llm, or label types of train questions")
        vectors = embedder.queries([text for text, _ in known]).astype(np.float64)
        types = np.array([type_ for _, type_ in known])
        sums = np.stack([vectors[types == name].sum(0) for name in self.names])  # (types, dimensions)
        self.centroids = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), np.finfo(np.float64).tiny)

    def types(self, texts: Sequence[str]) -> list[str]:
        """Return the type of the nearest centroid of each text; of equals the first in `QUESTION_TYPES`."""
        if not texts:
            return []
        cosines = self.embedder.queries(texts).astype(np.float64) @ self.centroids.T  # (texts, types)
        return [self.names[place] for place in cosines.argmax(1)]
