"""Commands in processes of their own, and a simulator that they share."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from generation.simulator import SimulatorProcess, SimulatorSettings
from tests.commands.product import Product, product


@pytest.fixture(scope="session")
def one_simulator() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(SimulatorSettings(plan_s=0.1, unit_s=0.2)) as running:
        yield running


@pytest.fixture
def simulator(one_simulator: SimulatorProcess) -> SimulatorProcess:
    """As if just started: no faults, no calls."""
    one_simulator.set_faults([])
    one_simulator.clear_calls()
    return one_simulator


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Product]:
    """The product on an empty folder, without a provider."""
    with product(tmp_path / "local") as made:
        yield made


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose database has its tables and nothing else."""
    folder = tmp_path_factory.mktemp("migrated")
    with product(folder) as made:
        assert made.run("migrate", "-v0").returncode == 0
    return folder


@pytest.fixture
def prepared(tmp_path: Path, migrated: Path) -> Iterator[Product]:
    """The product where it was installed and never used, without a provider."""
    shutil.copytree(migrated, tmp_path / "local")
    with product(tmp_path / "local") as made:
        yield made


@pytest.fixture
def quick(tmp_path: Path, migrated: Path, simulator: SimulatorProcess) -> Iterator[Product]:
    """The product where it was installed and never used, with a quick provider."""
    shutil.copytree(migrated, tmp_path / "local")
    with product(tmp_path / "local", OPENAI_BASE_URL=simulator.base_url) as made:
        yield made
