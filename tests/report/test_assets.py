"""The scripts of others are those that were published, with their licences."""

import hashlib
import re
from importlib.resources import files

ASSETS = files("onggi.report") / "assets"


def test_each_script_is_the_published_one_and_has_its_licence() -> None:
    told = re.findall(r"\| (\S+\.min\.js) \| [\d.]+ \| `([0-9a-f]{64})` \|", (ASSETS / "README.md").read_text("utf-8"))
    there = {path.name for path in ASSETS.iterdir() if path.name.endswith(".js")}
    assert {name for name, _ in told} == there and there
    for name, digest in told:
        assert hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() == digest, name
        assert "Redistribution" in (ASSETS / name.replace(".min.js", ".LICENSE")).read_text("utf-8")
