"""Small models: a bootstrap encoder over invented sentences, and random ones with its tokenizer."""

from itertools import product
from pathlib import Path

import pytest

from onggi.models.bootstrap import bootstrap
from onggi.models.params import BootstrapParams, EmbedParams
from tests.models.random_models import save_cross_encoder, save_encoder

PLACES = ["된장 공방", "옹기 가마", "소금 창고", "누룩방", "장독대", "마을 부엌"]
ACTS = [
    "아침 아홉 시에 문을 열고 저녁 여섯 시에 닫습니다.",
    "단체로 오려면 이레 전까지 전화로 신청해야 합니다.",
    "체험비는 어른 만이천 원, 어린이 팔천 원입니다.",
    "겨울에는 불을 때지 않으므로 예약을 받지 않습니다.",
    "담근 장은 백일 뒤에 찾아가며, 보관료는 따로 없습니다.",
    "주차장이 좁으니 버스를 타고 와 주십시오.",
]


@pytest.fixture(scope="session")
def texts() -> list[str]:
    """Thirty-six invented notices."""
    return [f"{place}의 {number}번 알림: {place}은 {act}" for number, (place, act) in enumerate(product(PLACES, ACTS))]


@pytest.fixture(scope="session")
def shape() -> BootstrapParams:
    """The size of the bootstrap encoder in these tests."""
    return BootstrapParams(vocab_size=300, dimensions=32, layers=1, heads=2, window=32, max_length=64, seed=0)


@pytest.fixture(scope="session")
def model(texts: list[str], shape: BootstrapParams, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bootstrap encoder folder; not to be changed."""
    folder = tmp_path_factory.mktemp("models") / "base"
    bootstrap(lambda: texts, shape, folder)
    return folder


@pytest.fixture(scope="session")
def random(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder folder with random weights; not to be changed."""
    return save_encoder(tmp_path_factory.mktemp("random"), model)


@pytest.fixture(scope="session")
def cross(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random cross-encoder folder with one score; not to be changed."""
    return save_cross_encoder(tmp_path_factory.mktemp("cross"), model, 1)


@pytest.fixture(scope="session")
def embed() -> EmbedParams:
    """Settings of the encoder without prefixes."""
    return EmbedParams(
        query_max_length=16,
        passage_max_length=64,
        query_prefix="",
        passage_prefix="",
        precision="fp32",
        runtime="torch",
        trust_remote_code=False,
    )


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    folder.mkdir()
    return folder
