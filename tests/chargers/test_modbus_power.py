"""Chargers that take a power: no more current flows than was allowed, whatever the voltage, and what they show is what they were told."""

from typing import Any

import pytest
from modbus_connection.tmodbus import ModbusConnection

from custom_components.smart_charging.chargers.modbus.device import ModbusDevice
from custom_components.smart_charging.chargers.modbus.reading import limit_of, volts_of
from custom_components.smart_charging.chargers.modbus.types import network_types, params_of
from custom_components.smart_charging.chargers.network import Line
from custom_components.smart_charging.chargers.network_types import line_of
from custom_components.smart_charging.chargers.offers import is_same
from custom_components.smart_charging.engine.model.evse import EvState

from .emulators.modbus_powered import DeltaAcMax, FoxEss
from .modbus_benches import PROFILES, modbus_bench

FOX, DELTA = PROFILES["foxess_evc"], PROFILES["delta_ac_max"]


def told(volts: tuple[float, ...], phases: int) -> float:
    return volts_of(FOX, {"voltages": tuple(round(each * 10) for each in volts)}, phases)


@pytest.mark.parametrize(
    ("volts", "phases", "used"),
    [
        # The charger may count with the nominal voltage, and not with what it measures.
        ((241.0, 239.0, 240.0), 3, 230.0),
        # The weakest phase carries the most.
        ((228.0, 219.5, 231.0), 3, 219.5),
        ((199.0, 199.0, 199.0), 3, 199.0),
        # One that is wired on one phase measures nothing on the others.
        ((226.0, 0.0, 0.0), 1, 226.0),
        ((226.0, 0.0, 0.0), 3, 207.0),
        ((0.0, 0.0, 0.0), 3, 207.0),
        ((), 3, 207.0),
    ],
)
def test_a_current_is_made_a_power_at_the_lowest_voltage_that_may_count(
    volts: tuple[float, ...], phases: int, used: float
) -> None:
    assert told(volts, phases) == pytest.approx(used)


def test_one_that_tells_no_voltage_may_have_the_lowest() -> None:
    assert volts_of(DELTA, {}, 3) == 207.0


@pytest.mark.parametrize("phases", [1, 3])
@pytest.mark.parametrize("volts", [207.0, 209.9, 216.7, 223.3, 230.0, 242.1, 253.0])
@pytest.mark.parametrize("name", ["foxess_evc", "delta_ac_max"])
async def test_no_more_flows_than_was_allowed_and_it_shows(name: str, volts: float, phases: int) -> None:
    profile = PROFILES[name]
    async with modbus_bench(name) as bench:
        charger = bench.emulator
        assert isinstance(charger, FoxEss | DeltaAcMax)
        charger.mains_v, charger.phases, charger.state = volts, phases, EvState.C
        if isinstance(charger, FoxEss):
            charger.least_w = 4200 if phases == 3 else 1400
        await charger.start()
        connection = ModbusConnection(params_of(profile, Line(host="127.0.0.1", port=charger.port)))
        device = ModbusDevice(connection.for_unit(1), profile, phases=phases)
        await device.read()
        for halves in range(14, 65):
            allowed_a = halves / 2
            await device.write(allowed_a, None)
            assert charger.told_w / phases / volts <= allowed_a + 1e-6
            assert charger.told_w / phases / 230 <= allowed_a + 1e-6
            # It is no pause by mistake.
            assert charger.told_w
            shown_a = (await device.read()).limit_a
            assert shown_a is not None
            assert shown_a == pytest.approx(allowed_a)
            assert is_same(shown_a, allowed_a, profile.limit.step_a)
        await device.close()
        await connection.close()


async def test_what_it_was_told_still_shows_when_the_voltage_has_moved() -> None:
    async with modbus_bench("foxess_evc") as bench:
        charger = bench.emulator
        assert isinstance(charger, FoxEss)
        charger.state = EvState.C
        await charger.start()
        await bench.device.read()
        await bench.device.write(10, None)
        charger.mains_v = 229.9
        assert (await bench.device.read()).limit_a == 10
        # The next time it is told with the voltage of now.
        before_w = charger.told_w
        await bench.device.write(10, None)
        assert charger.told_w > before_w
        assert (await bench.device.read()).limit_a == 10


def test_what_somebody_else_set_is_never_shown_as_less() -> None:
    assert limit_of(DELTA, {"limit": (6900,)}, 690.0) == 10
    assert limit_of(DELTA, {"limit": (6999,)}, 690.0) == pytest.approx(6999 / 690)
    # Less than we would ask of it, and yet it flows.
    assert limit_of(DELTA, {"limit": (4200,)}, 690.0) == pytest.approx(4200 / 690)
    assert limit_of(DELTA, {"limit": (0,)}, 690.0) == 0
    # All that it can: no current.
    assert limit_of(DELTA, {"limit": (None,)}, 690.0) is None
    assert limit_of(DELTA, {"limit": (0xFFFFFFFE,)}, 690.0) is None


async def test_a_charger_that_cannot_switch_is_told_for_all_of_its_phases() -> None:
    async with modbus_bench("delta_ac_max") as bench:
        await bench.emulator.start()
        await bench.device.write(10, 1)
        assert bench.emulator.limit_a == 10


def test_on_how_many_phases_it_is_wired_is_known_to_it() -> None:
    where: dict[str, Any] = {"host": "192.0.2.1"}
    assert line_of({**where, "wiring": ["l2"]}).phases == 1
    assert line_of({**where, "wiring": ["l1", "l2", "l3"]}).phases == 3
    # It is tried before anybody asks.
    assert line_of(where).phases == 3
    assert network_types(PROFILES)["modbus_foxess_evc"].capabilities.minimum_a == 7


# --- FoxESS ---


async def test_a_fox_that_chooses_its_phases_by_itself_is_kept_from_it_while_nothing_flows() -> None:
    async with modbus_bench("foxess_evc") as bench:
        charger = bench.emulator
        assert isinstance(charger, FoxEss)
        charger.switches_by_itself, charger.state = 1, EvState.C
        await charger.start()
        assert await bench.device.prepare(7)
        assert charger.switches_by_itself == 0
        assert [address for address, _, _ in charger.writes][:2] == [0x3002, 0x300A]
        assert charger.commands == [0]


async def test_a_fox_with_one_phase_has_nothing_to_choose() -> None:
    async with modbus_bench("foxess_evc") as bench:
        bench.emulator.missing = {0x300A}
        await bench.emulator.start()
        assert await bench.device.prepare(7)
        assert bench.emulator.commands == []


async def test_a_fox_shows_its_limit_during_a_session_only() -> None:
    async with modbus_bench("foxess_evc") as bench:
        charger = bench.emulator
        assert isinstance(charger, FoxEss)
        await charger.start()
        for state, shows in (
            (0, False),
            (1, False),
            (2, True),
            (3, True),
            (4, True),
            (5, False),
            (6, False),
            (9, True),
        ):
            charger.own_state = state
            assert ((await bench.device.read()).limit_a is not None) is shows


async def test_a_fox_that_forgets_is_seen_to_give_all_that_it_can() -> None:
    async with modbus_bench("foxess_evc") as bench:
        charger = bench.emulator
        assert isinstance(charger, FoxEss)
        charger.to_full, charger.state = True, EvState.C
        await charger.start()
        await bench.device.prepare(7)
        await bench.device.write(10, None)
        await charger.fallen_back()
        limit_a = (await bench.device.read()).limit_a
        assert limit_a is not None
        assert limit_a > 32
        # Nobody takes it for certain to be at its fallback current.
        assert bench.device.capabilities.watchdog.certain_after_s is None


async def test_a_fox_s_fallback_current_is_no_less_than_6_a() -> None:
    async with modbus_bench("foxess_evc") as bench:
        await bench.emulator.start()
        assert not await bench.device.prepare(0)


# --- Delta ---


async def test_a_delta_s_watchdog_is_switched_on_last() -> None:
    async with modbus_bench("delta_ac_max") as bench:
        charger = bench.emulator
        assert isinstance(charger, DeltaAcMax)
        charger.armed, charger.timeout_s, charger.fallback_w = 0, 600, 0xFFFFFFFF
        await charger.start()
        assert await bench.device.prepare(8)
        assert [address for address, _, _ in charger.writes] == [203, 202, 201]
        assert (charger.armed, charger.timeout_s, charger.fallback_w) == (1, 60, 8 * 3 * 207)
        assert await bench.device.prepare(8)
        assert len(charger.writes) == 3
