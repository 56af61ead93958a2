from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from custom_components.smart_charging.chargers.openwb_pro import OpenWbPro
from custom_components.smart_charging.chargers.polled import PolledDriver
from custom_components.smart_charging.engine.model.evse import EvState

from ..csms.conftest import Clock
from .bench import EVSE
from .device_bench import HASTY, talking, web
from .emulators.openwb_pro import OpenWbProEmulator
from .waiting import Woken

type Pair = tuple[OpenWbProEmulator, OpenWbPro]


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with talking(OpenWbProEmulator, lambda emulator, session: OpenWbPro(web(emulator, session))) as pair:
        yield pair


@pytest.mark.parametrize("state", [EvState.A, EvState.B, EvState.C])
async def test_states(pair: Pair, state: EvState) -> None:
    emulator, charger = pair
    emulator.state = state
    assert (await charger.read()).state is state


@pytest.mark.parametrize("imported", [0, "", None])
async def test_a_register_that_it_does_not_know_is_unknown(pair: Pair, imported: object) -> None:
    emulator, charger = pair
    emulator.raw = {"imported": imported}
    assert (await charger.read()).energy_kwh is None


async def test_phases_are_switched_only_where_they_are_others(pair: Pair) -> None:
    emulator, charger = pair
    # Before it was read nobody knows on how many phases it charges.
    await charger.write(6, 1)
    assert emulator.phases == 3
    await charger.read()
    await charger.write(10, 1)
    assert (emulator.phases, (await charger.read()).phases) == (1, 1)
    await charger.write(6.29, None)
    assert (emulator.phases, emulator.limit_a, (await charger.read()).phases) == (3, 6.2, None)


async def test_on_one_phase_nothing_is_fought_over(pair: Pair, clock: Clock) -> None:
    emulator, charger = pair
    emulator.phases = 1
    woken = Woken()
    driver = PolledDriver(charger, replace(EVSE, phases=EVSE.phases[:1]), clock, HASTY)
    await driver.start(woken)
    await woken.until(lambda: driver.status.reachable)
    assert (driver.status.offered_a, driver.status.offered_phases) == (6, None)
    await driver.stop()


async def test_it_is_told_to_notice_that_nobody_asks(pair: Pair) -> None:
    emulator, charger = pair
    assert await charger.prepare(6)
    await charger.write(16, None)
    await emulator.fallen_back()
    assert emulator.limit_a == 0
