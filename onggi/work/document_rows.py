"""What a row of the kind ``documents`` holds (see `onggi.documents.parsed`, which makes them)."""


def are_documents(items: object) -> bool:
    """Tell whether JSON is a list of documents, with sections, meta data and origins, and of errors."""
    return isinstance(items, list) and all(map(_document, items))


def _document(item: object) -> bool:
    match item:
        case [str(), str(), str(), bool()]:
            return True
        case [str(), str(), str(text), list(parts), dict(meta), list(origins), list(tables), dict(removed), str()]:
            return (
                all(_stretch(part, len(text)) for part in (*parts, *origins, *tables))
                and all(isinstance(value, str) for value in meta.values())
                and all(isinstance(count, int) for count in removed.values())
            )
    return False


def _stretch(item: object, length: int) -> bool:
    """Tell whether something is a section, an origin or a table of a text."""
    # Not `match`, which takes twice as long: there are a hundred of these a document.
    if not isinstance(item, list) or len(item) not in (3, 5):
        return False
    if len(item) == 5:
        start, end, unit, number, part = item
        bounds = start, end
        rest = isinstance(unit, str) and isinstance(number, int) and isinstance(part, str)
    elif isinstance(item[0], list):
        bounds, rest = (item[1], item[2]), all(isinstance(name, str) for name in item[0])
    else:
        bounds, rest = tuple(item), True
    last = 0
    for bound in bounds:
        if not isinstance(bound, int) or bound < last:
            return False
        last = bound
    return rest and last <= length
