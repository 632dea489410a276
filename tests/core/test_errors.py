import inspect

import pytest

from onggi.core import errors
from onggi.core.errors import OnggiError, TableError

LEAVES = [
    member
    for _, member in inspect.getmembers(errors, inspect.isclass)
    if issubclass(member, OnggiError) and member is not OnggiError
]


def test_the_message_is_where_what_fix() -> None:
    error = TableError("data/항아리.parquet", "no such table", "run `dvc repro`")
    assert str(error) == "data/항아리.parquet: no such table; run `dvc repro`"
    assert (error.where, error.what, error.fix) == ("data/항아리.parquet", "no such table", "run `dvc repro`")


def test_the_message_is_one_line_whatever_it_quotes() -> None:
    assert str(OnggiError("a\nb", "got 'x\r\n\ty'", "mend\vit\u2028now")) == "a b: got 'x y'; mend it now"


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_the_tree_on_top_of_the_module_names_every_error(leaf: type[OnggiError]) -> None:
    assert errors.__doc__ and f"── {leaf.__name__} " in errors.__doc__
    assert leaf.__bases__ == (OnggiError,)
    with pytest.raises(OnggiError):
        raise leaf("where", "what", "fix")
