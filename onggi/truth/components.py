"""Documents that hang together, directly or through others."""

from collections.abc import Iterable, Sequence


def components(doc_ids: Iterable[str], joined: Iterable[Sequence[str]]) -> dict[str, list[str]]:
    """Return what hangs together, each component under its first member, sorted.

    Parameters
    ----------
    doc_ids
        All documents.
    joined
        Documents of which the first is joined with each other.

    Examples
    --------
    >>> components("abcd", [("d", "b")])
    {'a': ['a'], 'b': ['b', 'd'], 'c': ['c']}
    """
    parent = {doc_id: doc_id for doc_id in doc_ids}

    def root(doc_id: str) -> str:
        while parent[doc_id] != doc_id:
            parent[doc_id] = parent[parent[doc_id]]
            doc_id = parent[doc_id]
        return doc_id

    for members in joined:
        for member in members[1:]:
            a, b = sorted((root(members[0]), root(member)))
            parent[b] = a
    groups: dict[str, list[str]] = {}
    for doc_id in sorted(parent):
        groups.setdefault(root(doc_id), []).append(doc_id)
    return groups
