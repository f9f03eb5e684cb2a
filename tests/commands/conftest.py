"""Commands in processes of their own, and a simulator that they share."""

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


@pytest.fixture
def quick(tmp_path: Path, simulator: SimulatorProcess) -> Iterator[Product]:
    """The product on an empty folder, with a quick provider."""
    with product(tmp_path / "local", OPENAI_BASE_URL=simulator.base_url) as made:
        yield made
