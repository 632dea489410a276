from pathlib import Path

import pytest

from onggi.core.errors import LlmError
from onggi.llm.params import EndpointSettings
from onggi.llm.secret import WITHOUT, address, key_of

FAR = "https://api.example.org/v1"
KEY = "sk-장독-not".replace("장독", "0f9a")


def settings(base_url: str = FAR) -> EndpointSettings:
    return EndpointSettings(base_url=base_url, key="SOLAR_KEY")


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOLAR_KEY", raising=False)


@pytest.mark.parametrize(
    "line",
    [
        "SOLAR_KEY={key}", "export SOLAR_KEY = {key}  # of the team", "SOLAR_KEY='{key}'", 'SOLAR_KEY="{key}" # x',
        "\ufeffSOLAR_KEY={key}\r", "SOLAR_KEY=old\nOTHER=x\n# SOLAR_KEY=no\nSOLAR_KEY={key}",
    ],
)  # fmt: skip
def test_a_key_is_read_from_a_file_of_the_working_folder(tmp_path: Path, line: str) -> None:
    file = tmp_path / ".env"
    file.write_text(f"A=1\n{line.format(key=KEY)}\nB=2\n" if "\ufeff" not in line else line.format(key=KEY), "utf-8")
    assert key_of(settings(), file) == KEY


def test_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    file.write_text("SOLAR_KEY=other\n")
    monkeypatch.setenv("SOLAR_KEY", f" {KEY}\n")
    assert key_of(settings(), file) == KEY


@pytest.mark.parametrize("url", ["http://localhost:8000/v1", "http://127.0.0.1:1/v1", "http://[::1]:8000/v1"])
def test_a_server_of_this_machine_needs_none(tmp_path: Path, url: str) -> None:
    assert key_of(settings(url), tmp_path / ".env") == WITHOUT


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(LlmError) as caught:
        key_of(settings(), tmp_path / ".env")
    assert str(caught.value).startswith(f"environment variable SOLAR_KEY: is not set, and {FAR} wants a key; ")


@pytest.mark.parametrize("key", ["sk-1 sk-2", "sk-열쇠", "sk-1\nsk-2", "sk\x00"])
def test_what_cannot_be_sent_is_refused_and_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setattr("os.environ", {"SOLAR_KEY": key})
    with pytest.raises(LlmError, match="SOLAR_KEY: holds characters that no key has") as caught:
        key_of(settings(), tmp_path / ".env")
    assert "sk" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://[::1/v1", "is no address"), ("http://host:port/v1", "is no address"), ("http:///v1", "is no address"),
        ("https://me:sk-1@api.example.org/v1", "holds a password"), ("https://api.example.org/v1?key=sk-1", "holds a"),
    ],
)  # fmt: skip
def test_an_address_that_is_none_or_holds_a_secret_is_refused(url: str, said: str) -> None:
    with pytest.raises(LlmError) as caught:
        address(settings(url), "judge")
    assert f"params.yaml: judge.endpoint.base_url: {said}" in str(caught.value).replace(repr(url) + " ", "")
    assert "sk-1" not in str(caught.value)
