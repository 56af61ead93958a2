"""The contract in driver.py over chargers that other integrations bring, against real entities and real actions."""

from collections.abc import AsyncIterator

import pytest
from homeassistant.core import HomeAssistant

from .. import test_contract
from ..bench import Bench
from ..test_contract import charging  # noqa: F401 a fixture
from .bench import KINDS, AdoptedBench, adopted_bench


@pytest.fixture(params=KINDS)
async def bench(hass: HomeAssistant, request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    async with adopted_bench(hass, request.param, KINDS[request.param]) as bench:
        yield bench


# The same tests, none left out.
globals().update({name: test for name, test in vars(test_contract).items() if name.startswith("test_")})


def test_each_test_of_the_contract_is_run():
    assert [name for name in vars(test_contract) if name.startswith("test_") and name not in globals()] == []
    assert issubclass(AdoptedBench, Bench)
