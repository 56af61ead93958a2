from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from custom_components.smart_charging.chargers.network import Line, Needed
from custom_components.smart_charging.chargers.web_types import WEB_TYPES

from .web_benches import WEB_BENCHES


@dataclass
class Home:
    """What a device finds around it."""

    http: aiohttp.ClientSession
    hass: Any = None

    def modbus(self, params: Any, unit: int) -> Any:
        raise NotImplementedError


def test_each_kind_has_a_bench() -> None:
    assert WEB_TYPES.keys() == WEB_BENCHES.keys()


def test_no_two_have_the_same_name() -> None:
    assert len({kind.name for kind in WEB_TYPES.values()}) == len(WEB_TYPES)


@pytest.mark.parametrize("host", ["127.0.0.1", "fe80::1", "garage.local"])
@pytest.mark.parametrize("name", WEB_TYPES)
async def test_each_kind_makes_a_device_that_can_do_what_the_kind_can(name: str, host: str) -> None:
    kind = WEB_TYPES[name]
    line = Line(host=host, user="me", secret="secret")
    async with aiohttp.ClientSession() as session:
        device = kind.make(line, Home(session))
        can = device.capabilities
        assert (can.step_a, can.watchdog, can.means) == (
            kind.capabilities.step_a,
            kind.capabilities.watchdog,
            kind.capabilities.means,
        )
        await device.close()


@pytest.mark.parametrize("name", WEB_TYPES)
def test_each_kind_tells_what_it_needs_and_what_becomes_of_it_without_us(name: str) -> None:
    kind = WEB_TYPES[name]
    assert {"setup", "failsafe", "wear"} <= kind.notes.keys()
    assert kind.source
    # A user without a password is none.
    assert Needed.USER not in kind.needed or Needed.SECRET in kind.needed


async def test_a_user_without_a_password_is_not_sent() -> None:
    async with aiohttp.ClientSession() as session:
        WEB_TYPES["nrgkick"].make(Line(host="127.0.0.1", user="me"), Home(session))
