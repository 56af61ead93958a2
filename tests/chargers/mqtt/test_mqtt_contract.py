"""The contract in driver.py over chargers that speak MQTT, through Home Assistant's own client."""

from collections.abc import AsyncIterator

import pytest

from .. import test_contract
from ..bench import Bench
from ..test_contract import charging  # noqa: F401 a fixture
from .bench import mqtt_bench
from .broker import Broker
from .peers import PEERS

# An OpenEVSE that takes no override says nothing of it: what the contract asks of a refusal is not for it.
KINDS = sorted(PEERS.keys() - {"openevse"})


@pytest.fixture(params=KINDS)
async def bench(broker: Broker, request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    async with mqtt_bench(broker, request.param) as bench:
        yield bench


# The same tests, none left out.
globals().update({name: test for name, test in vars(test_contract).items() if name.startswith("test_")})


def test_each_test_of_the_contract_is_run():
    assert [name for name in vars(test_contract) if name.startswith("test_") and name not in globals()] == []
