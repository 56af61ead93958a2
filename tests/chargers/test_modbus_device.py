"""What the contract does not ask of a charger that speaks Modbus: each against an emulator on a real socket."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from modbus_connection import ModbusConnectionError, ModbusSerialParams, ModbusTcpParams
from modbus_connection.tmodbus import ModbusConnection
from tmodbus.exceptions import (
    AcknowledgeError,
    GatewayPathUnavailableError,
    GatewayTargetDeviceFailedToRespondError,
    IllegalDataAddressError,
    ModbusResponseError,
    ServerDeviceBusyError,
)

from custom_components.smart_charging.chargers.errors import (
    ChargerError,
    ChargerRefusedError,
    ChargerSilentError,
    ChargerUnfitError,
    ChargerUnreachableError,
    Unfit,
)
from custom_components.smart_charging.chargers.modbus.device import ModbusDevice
from custom_components.smart_charging.chargers.modbus.profile import Kind, Profile, Register, Type
from custom_components.smart_charging.chargers.modbus.reading import state_of
from custom_components.smart_charging.chargers.modbus.types import network_types, params_of
from custom_components.smart_charging.chargers.network import Line, Needed
from custom_components.smart_charging.engine.model.evse import EvState, WatchdogKind

from ..csms.conftest import until
from .emulators import modbus_steady as steady
from .emulators import modbus_watchful as watchful
from .emulators.modbus import HURRY
from .emulators.modbus_bender import BenderLegacy
from .modbus_benches import EMULATORS, PROFILES, ROUNDING, ModbusBench, modbus_bench


async def read(bench: ModbusBench):
    return await bench.device.read()


@pytest.mark.parametrize("name", EMULATORS)
async def test_what_it_tells_is_what_is(name: str) -> None:
    async with modbus_bench(name) as bench:
        charger = bench.emulator
        await charger.start()
        assert await bench.device.prepare(PROFILES[name].limit.minimum_a)
        for state in (EvState.A, EvState.B, EvState.C):
            charger.state = state
            assert (await read(bench)).state is state
        charger.current_a, charger.register_kwh, charger.plugged_at_kwh = 9.5, 1002.5, 1000.0
        reading = await read(bench)
        assert reading.current_a == (pytest.approx((9.5, 9.5, 9.5)) if charger.tells_currents else None)
        assert reading.energy_kwh == (pytest.approx(1002.5) if charger.tells_register else None)
        assert reading.power_w == pytest.approx(6555, abs=50 if name in ROUNDING else 1)
        if reading.session_kwh is not None:
            assert reading.session_kwh == pytest.approx(2.5)
        assert reading.fault is None


@pytest.mark.parametrize("name", [name for name in EMULATORS if PROFILES[name].phases is not None])
async def test_phases_are_switched_and_told(name: str) -> None:
    async with modbus_bench(name) as bench:
        await bench.emulator.start()
        await bench.device.prepare(6)
        bench.emulator.state = EvState.C
        await read(bench)
        assert bench.device.capabilities.can_switch_phases
        await bench.device.write(10, 1)
        assert bench.emulator.phases == 1
        assert bench.emulator.limit_a == 10
        assert (await read(bench)).phases == 1
        await bench.device.write(12, None)
        assert bench.emulator.phases == 3
        assert bench.emulator.limit_a == 12
        assert (await read(bench)).phases is None
        # What is so already is not written again.
        written = len(bench.emulator.writes)
        await bench.device.write(12, None)
        again = [address for address, _, _ in bench.emulator.writes[written:]]
        assert bench.device._register(bench.device._profile.phases.write).address not in again  # type: ignore[union-attr]


async def test_who_may_not_switch_under_load_is_paused_first() -> None:
    async with modbus_bench("victron_evcs") as bench:
        await bench.emulator.start()
        await bench.device.prepare(6)
        bench.emulator.state = EvState.C
        await read(bench)
        await bench.device.write(10, 1)
        assert [address for address, _, _ in bench.emulator.writes] == [5010, 5055, 5016, 5010]
        assert bench.emulator.commands == [0, 10]


async def test_nobody_is_interrupted_to_make_sure_of_all_phases() -> None:
    async with modbus_bench("solax_g2") as bench:
        await bench.emulator.start()
        bench.emulator.missing = {0xA02A}
        await bench.device.prepare(6)
        bench.emulator.state = EvState.C
        await read(bench)
        await bench.device.write(10, None)
        assert bench.emulator.commands == [10]
        bench.emulator.state = EvState.B
        await read(bench)
        await bench.device.write(10, None)
        assert bench.emulator.commands == [10, 0, 10]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("vestel_evc04", lambda charger: setattr(charger, "three_phase", 0)),
        ("vestel_evc04", lambda charger: charger.missing.update({404, 405, 210, 230})),
        ("keba_p30", lambda charger: setattr(charger, "phase_source", 1)),
        ("solax_g2", lambda charger: setattr(charger, "firmware", 904)),
        ("amperfied_connect", lambda charger: charger.missing.add(5001)),
        ("peblar", lambda charger: setattr(charger, "independent_relay", 0)),
    ],
)
async def test_who_cannot_switch_phases_is_not_told_to(name: str, change: Callable[[object], None]) -> None:
    async with modbus_bench(name) as bench:
        await bench.emulator.start()
        change(bench.emulator)
        await bench.device.prepare(6)
        await read(bench)
        assert not bench.device.capabilities.can_switch_phases
        await bench.device.write(10, 1)
        assert bench.emulator.phases == 3


async def test_a_charger_with_one_phase_tells_of_that_one() -> None:
    async with modbus_bench("peblar") as bench:
        await bench.emulator.start()
        bench.emulator.missing = {30024, 30025, 30026, 30027}
        bench.emulator.current_a = 8.0
        await bench.device.prepare(6)
        assert (await read(bench)).current_a == (8.0,)
        asked = bench.emulator.requests
        await read(bench)
        without = bench.emulator.requests - asked
        # What it does not have is asked for once.
        await bench.device.prepare(6)
        asked = bench.emulator.requests
        await read(bench)
        assert bench.emulator.requests - asked == without + 2


@pytest.mark.parametrize(
    ("name", "wanted_a", "offered_a"),
    [
        ("keba_p40", 10.19, 10.1),
        ("alfen_eve", 10.19, 10.1),
        ("victron_evcs", 10.99, 10),
        ("heidelberg_energy_control", 7.999, 7.9),
        ("heidelberg_energy_control", 5.9, 0),
        ("keba_p30", 5.9, 0),
        ("peblar", 6.0, 6),
        ("solax_g1", 6.129, 6.12),
    ],
)
async def test_a_setpoint_is_rounded_down_to_the_step_and_less_than_the_least_is_a_pause(
    name: str, wanted_a: float, offered_a: float
) -> None:
    async with modbus_bench(name) as bench:
        await bench.emulator.start()
        await bench.device.write(wanted_a, None)
        assert bench.emulator.commands == [pytest.approx(offered_a)]


# --- before it is steered ---


async def test_a_failsafe_current_is_written_where_it_is_another_one() -> None:
    async with modbus_bench("heidelberg_energy_control") as bench:
        charger = bench.emulator
        assert isinstance(charger, watchful.Heidelberg)
        charger.failsafe_da, charger.timeout_ms = 160, 15_000
        await charger.start()
        assert await bench.device.prepare(6)
        assert (charger.failsafe_a, charger.timeout_ms) == (6.0, 60_000)
        # The current first: a watchdog that is armed falls to it.
        assert [address for address, _, _ in charger.writes] == [262, 257]
        assert await bench.device.prepare(6)
        assert len(charger.writes) == 2
        # Less than it can offer is none.
        assert await bench.device.prepare(3)
        assert charger.failsafe_a == 0
        assert bench.device.capabilities.watchdog.timeout_s == pytest.approx(60 / HURRY)


async def test_one_that_refuses_its_failsafe_current_says_so() -> None:
    async with modbus_bench("amperfied_connect") as bench:
        await bench.emulator.start()
        bench.emulator.refusing = True
        assert not await bench.device.prepare(10)


@pytest.mark.parametrize("name", ["keba_p30", "keba_p40"])
async def test_a_keba_s_failsafe_current_is_read_at_one_place_and_written_at_another(name: str) -> None:
    async with modbus_bench(name) as bench:
        charger = bench.emulator
        assert isinstance(charger, watchful.KebaP40)
        charger.timeout_s, charger.failsafe_a = 0, 16
        await charger.start()
        assert await bench.device.prepare(6)
        assert [(address, words) for address, words, _ in charger.writes] == [(5016, [6000]), (5018, [60])]
        assert bench.device.capabilities.watchdog.certain_after_s == pytest.approx(60 / HURRY)
        assert await bench.device.prepare(6)
        assert len(charger.writes) == 2
        # An older one tells neither: it is told every time.
        charger.missing = {1600, 1601}
        assert await bench.device.prepare(6)
        assert len(charger.writes) == 3


@pytest.mark.parametrize(
    ("name", "addresses"),
    [
        ("abb_terra_ac", [0x4109, 0x4106]),
        ("bender_cc612", [131, 132]),
        ("vestel_evc04", [2000, 2002]),
        ("webasto_next", [2000, 2002]),
    ],
)
async def test_what_it_does_without_us_is_put_into_it(name: str, addresses: list[int]) -> None:
    async with modbus_bench(name) as bench:
        charger: Any = bench.emulator
        charger.timeout_s, charger.failsafe_a = 20, 16
        await charger.start()
        assert await bench.device.prepare(8)
        assert [address for address, _, _ in charger.writes] == addresses
        assert (charger.failsafe_a, charger.timeout_s) == (8, 60)
        await bench.device.prepare(8)
        assert len(charger.writes) == 2


async def test_an_abb_of_before_2024_takes_no_failsafe_current() -> None:
    async with modbus_bench("abb_terra_ac") as bench:
        bench.emulator.missing = {0x4020, 0x4024, 0x4106, 0x4109}
        await bench.emulator.start()
        assert not await bench.device.prepare(6)
        # Its maker says for how long it waits.
        assert bench.device.capabilities.watchdog.timeout_s == pytest.approx(60 / HURRY)


async def test_a_mennekes_compact_is_never_told_to_go_on_as_it_is() -> None:
    async with modbus_bench("mennekes_compact") as bench:
        charger = bench.emulator
        assert isinstance(charger, watchful.MennekesCompact)
        await charger.start()
        assert await bench.device.prepare(6)
        assert charger.fallback_a == 6
        # A 0 there would be no watchdog.
        assert await bench.device.prepare(0)
        assert charger.fallback_a == 1
        assert bench.device.capabilities.watchdog.certain_after_s == pytest.approx(10 / HURRY)


def left_alone(profile: Profile) -> Profile:
    """The same, where nothing can be put into it."""
    return replace(profile, failsafe=None)


@pytest.mark.parametrize("name", ["keba_p30", "keba_p40"])
async def test_a_watchdog_that_is_off_is_told(name: str) -> None:
    async with modbus_bench(name, left_alone) as bench:
        charger = bench.emulator
        assert isinstance(charger, watchful.KebaP40)
        charger.timeout_s = 0
        await charger.start()
        assert not await bench.device.prepare(6)
        assert bench.device.capabilities.watchdog.timeout_s is None
        await bench.device.keep_alive()
        assert charger.writes == []
        charger.timeout_s = 30
        assert await bench.device.prepare(6)
        await bench.device.keep_alive()
        assert charger.writes == [(5018, [30], 6)]


async def test_a_time_that_is_not_told_is_taken_for_the_kind_s_own() -> None:
    async with modbus_bench("vestel_evc04", left_alone) as bench:
        charger = bench.emulator
        assert isinstance(charger, watchful.Vestel)
        charger.timeout_s = 0
        await charger.start()
        assert await bench.device.prepare(6)
        assert bench.device.capabilities.watchdog.timeout_s == pytest.approx(20 / HURRY)


async def test_one_that_needs_the_setpoint_again_says_how_soon() -> None:
    async with modbus_bench("alfen_eve") as bench:
        watchdog = bench.device.capabilities.watchdog
        assert watchdog.kind is WatchdogKind.RESEND
        assert watchdog.renew_after_s == pytest.approx(20 / HURRY)
        # It wants no other sign of life.
        await bench.emulator.start()
        await bench.device.keep_alive()
        assert bench.emulator.requests == 0


def with_a_validity(profile: Profile) -> Profile:
    return replace(profile, watchdog=replace(profile.watchdog, timeout_s=0.2))


async def test_a_validity_that_is_known_is_never_waited_out() -> None:
    async with modbus_bench("alfen_eve", with_a_validity) as bench:
        assert bench.device.capabilities.watchdog.renew_after_s == pytest.approx(0.08)


async def test_one_that_follows_somebody_else_is_paused_before_we_take_over() -> None:
    async with modbus_bench("victron_evcs") as bench:
        charger = bench.emulator
        assert isinstance(charger, steady.VictronEvcs)
        charger.mode, charger.amps, charger.limit_a = 1, 32, 8
        await charger.start()
        assert await bench.device.prepare(6)
        assert charger.mode == 0
        assert [address for address, _, _ in charger.writes] == [5010, 5009]
        assert charger.limit_a == 0
        await bench.device.prepare(6)
        assert len(charger.writes) == 2


async def test_one_that_keeps_following_somebody_else_cannot_be_steered() -> None:
    async with modbus_bench("victron_gx") as bench:
        charger = bench.emulator
        assert isinstance(charger, steady.VictronGx)
        charger.mode, charger.refusing = 1, True
        await charger.start()
        with pytest.raises(ChargerUnfitError) as caught:
            await bench.device.prepare(6)
        assert caught.value.unfit is Unfit.API_OFF


async def test_a_setting_that_it_does_not_have_is_none() -> None:
    async with modbus_bench("sungrow_ac011") as bench:
        bench.emulator.missing = {21210}
        await bench.emulator.start()
        assert await bench.device.prepare(6)
        assert bench.emulator.writes == []


@pytest.mark.parametrize(
    ("name", "emulator", "unfit"),
    [
        ("keba_p30", watchful.KebaP40, Unfit.WRONG_DEVICE),
        ("keba_p40", watchful.KebaP30, Unfit.WRONG_DEVICE),
        ("webasto_next", watchful.Vestel, Unfit.WRONG_DEVICE),
        ("mennekes_hcc3", watchful.Amperfied, Unfit.WRONG_DEVICE),
    ],
)
async def test_another_charger_at_its_address_is_found_out(
    name: str, emulator: type[watchful.ModbusMeter], unfit: Unfit
) -> None:
    charger = emulator()
    await charger.start()
    profile = PROFILES[name]
    connection = ModbusConnection(params_of(profile, Line(host="127.0.0.1", port=charger.port)))
    with pytest.raises(ChargerUnfitError) as caught:
        await ModbusDevice(connection.for_unit(profile.unit), profile).prepare(6)
    assert caught.value.unfit is unfit
    await connection.close()
    await charger.stop()


async def test_a_controller_with_an_older_map_is_told_to_be_old() -> None:
    async with modbus_bench("bender_cc612") as bench:
        bench.emulator.missing = set(range(142, 152))
        await bench.emulator.start()
        with pytest.raises(ChargerUnfitError) as caught:
            await bench.device.prepare(6)
        assert caught.value.unfit is Unfit.FIRMWARE_TOO_OLD


async def test_one_that_does_not_say_what_it_is_is_steered_all_the_same() -> None:
    async with modbus_bench("nrgkick_gen2") as bench:
        bench.emulator.missing = set(range(11, 27))
        await bench.emulator.start()
        assert await bench.device.prepare(6)
        info = (await read(bench)).info
        assert info is not None
        assert (info.manufacturer, info.model) == ("DiniTech", "NRGkick Gen2")
        assert (await read(bench)).info is None


# --- what single chargers do ---


async def test_the_memory_of_a_go_e_is_not_worn_out() -> None:
    async with modbus_bench("go_e") as bench:
        charger = bench.emulator
        assert isinstance(charger, steady.GoEModbus)
        await charger.start()
        await bench.device.prepare(6)
        for current_a in (6, 10, 0, 16):
            await bench.device.write(current_a, None)
        assert charger.memory_writes == 0
        assert {function for _, _, function in charger.writes} == {16}


@pytest.mark.parametrize(("lock", "state"), [(0x0011, EvState.A), (0x0101, EvState.B), (0x0111, EvState.B)])
async def test_a_stopped_abb_tells_by_its_lock_whether_there_is_a_car(lock: int, state: EvState) -> None:
    async with modbus_bench("abb_terra_ac") as bench:
        charger = bench.emulator
        assert isinstance(charger, watchful.AbbTerra)
        charger.own_state, charger.lock = 5, lock
        await charger.start()
        assert (await read(bench)).state is state


@pytest.mark.parametrize(
    ("name", "register", "value", "state"),
    [
        # It would take something, and is not offered it.
        ("alfen_eve", "state", "C1", EvState.B),
        ("alfen_eve", "state", "D1", EvState.B),
        ("alfen_eve", "state", "D2", EvState.D),
        # It gives less, for it is hot.
        ("heidelberg_energy_control", "state", 8, EvState.C),
        ("amperfied_connect", "state", 8, EvState.C),
        ("mennekes_hcc3", "state", 7, EvState.D),
        # It waits for the battery, has reached its limit, or switches the phases.
        ("victron_evcs", "state", 7, EvState.B),
        ("victron_gx", "state", 20, EvState.B),
        ("victron_gx", "state", 22, EvState.B),
        ("victron_gx", "state", 9, EvState.F),
        ("webasto_next", "state", 8, EvState.A),
        ("delta_ac_max", "state", 2, EvState.A),
        ("delta_ac_max", "state", 0, EvState.F),
    ],
)
def test_states_that_are_easily_taken_for_others(name: str, register: str, value: int | str, state: EvState) -> None:
    assert state_of(PROFILES[name], {register: (value,)}) is state


async def test_an_old_bender_with_a_meter_of_sums_tells_neither_power_nor_energy() -> None:
    async with modbus_bench("bender_cc612_legacy") as bench:
        charger = bench.emulator
        assert isinstance(charger, BenderLegacy)
        charger.sums_alone, charger.current_a = True, 10
        await charger.start()
        reading = await read(bench)
        assert (reading.power_w, reading.energy_kwh) == (None, None)
        assert reading.current_a == (10, 10, 10)


async def test_an_error_is_told() -> None:
    async with modbus_bench("webasto_next") as bench:
        bench.emulator.state = EvState.F
        await bench.emulator.start()
        reading = await read(bench)
        assert (reading.state, reading.fault) == (EvState.F, "error 4")


async def test_a_sungrow_is_told_its_limit_again_once_it_charges() -> None:
    async with modbus_bench("sungrow_ac011") as bench:
        charger = bench.emulator
        await charger.start()
        await bench.device.prepare(6)
        await bench.device.write(0, None)
        await bench.device.write(12, None)
        assert charger.limit_a == 12


async def test_a_heidelberg_is_kept_awake() -> None:
    async with modbus_bench("heidelberg_energy_control") as bench:
        charger = bench.emulator
        assert isinstance(charger, watchful.Heidelberg)
        charger.standby = 0
        await charger.start()
        await bench.device.prepare(6)
        assert charger.standby == 4


# --- what goes wrong ---


@pytest.mark.parametrize(
    ("exception", "error"),
    [
        (IllegalDataAddressError, ChargerRefusedError),
        (ServerDeviceBusyError, ChargerSilentError),
        (AcknowledgeError, ChargerSilentError),
        (GatewayTargetDeviceFailedToRespondError, ChargerSilentError),
        (GatewayPathUnavailableError, ChargerUnreachableError),
    ],
)
async def test_what_its_exceptions_mean(exception: type[ModbusResponseError], error: type[ChargerError]) -> None:
    async with modbus_bench("victron_evcs") as bench:
        await bench.emulator.start()
        bench.emulator.exception, bench.emulator.refusing = exception, True
        with pytest.raises(error) as caught:
            await bench.device.write(10, None)
        if isinstance(caught.value, ChargerRefusedError):
            assert caught.value.word == str(int(exception.error_code))


async def test_one_that_is_busy_when_it_is_found_is_asked_again_later() -> None:
    async with modbus_bench("vestel_evc04") as bench:
        await bench.emulator.start()
        bench.emulator.busy = True
        # It is asked again and again until patience ends.
        with pytest.raises(ChargerSilentError):
            await bench.device.prepare(6)
        # What it says of what it need not have is no sign that it has it not.
        bench.emulator.busy = False
        await bench.device.prepare(6)
        bench.emulator.busy_at = {404}
        with pytest.raises(ChargerSilentError):
            await read(bench)
        bench.emulator.busy_at = set()
        await read(bench)
        assert bench.device.capabilities.can_switch_phases


def with_a_discrete_input(profile: Profile) -> Profile:
    door = Register(name="door", address=1, kind=Kind.DISCRETE, type=Type.BIT)
    registers = {**profile.registers, "door": door}
    return replace(profile, registers=registers, measured=replace(profile.measured, fault="door"))


async def test_bits_that_can_only_be_read_are_read() -> None:
    async with modbus_bench("phoenix_em_cp", with_a_discrete_input) as bench:
        await bench.emulator.start()
        assert (await read(bench)).fault == "error 1"


async def test_the_wrong_unit_is_a_silent_one() -> None:
    async with modbus_bench("victron_evcs") as bench:
        bench.emulator.unit = 7
        await bench.emulator.start()
        with pytest.raises(ChargerSilentError):
            await bench.device.prepare(6)


@pytest.mark.parametrize("name", ["bender_cc612", "phoenix_em_cp", "nrgkick_gen2"])
async def test_a_connection_that_broke_leaves_open_whether_it_has_acted(name: str) -> None:
    async with modbus_bench(name) as bench:
        with pytest.raises(ChargerUnreachableError) as caught:
            await bench.device.write(10, None)
        # There was none: it has not.
        assert not isinstance(caught.value, ChargerSilentError)
        await bench.emulator.start()
        await read(bench)
        bench.emulator.silent = True
        writing = asyncio.ensure_future(bench.device.write(10, None))
        asked = bench.emulator.requests
        await until(lambda: bench.emulator.requests > asked)
        await bench.emulator.stop()
        with pytest.raises(ChargerSilentError):
            await writing


async def test_an_answer_to_another_question_is_no_answer() -> None:
    async with modbus_bench("bender_cc612") as bench:
        await bench.emulator.start()
        await bench.device.prepare(6)
        # Of the right unit, in order, and for another function code.
        transaction = bench.emulator.requests + 1
        bench.emulator.garbage = transaction.to_bytes(2, "big") + bytes([0, 0, 0, 5, 255, 4, 2, 0, 0])
        with pytest.raises(ChargerError):
            await read(bench)
        bench.emulator.garbage = None
        assert (await read(bench)).state is EvState.A


async def test_a_refusal_while_it_is_asked_is_one() -> None:
    async with modbus_bench("peblar") as bench:
        await bench.emulator.start()
        bench.emulator.missing = {30110}
        with pytest.raises(ChargerRefusedError):
            await read(bench)


# --- as a kind of charger ---


class Here:
    """What a device finds around it."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, int]] = []
        self.connection = ModbusConnection(ModbusTcpParams(host="127.0.0.1", port=1))

    @property
    def http(self) -> aiohttp.ClientSession:
        raise NotImplementedError

    @property
    def hass(self) -> Any:
        raise NotImplementedError

    def modbus(self, params: object, unit: int) -> object:
        self.asked.append((params, unit))
        return self.connection.for_unit(unit)


async def test_each_profile_is_a_kind_of_charger() -> None:
    kinds = network_types(PROFILES)
    assert {"modbus_keba_p30", "modbus_alfen_eve"} <= kinds.keys()
    cfos = kinds["modbus_cfos_power_brain"]
    assert (cfos.port, cfos.unit, cfos.needed) == (4701, 1, frozenset({Needed.UNIT}))
    assert not kinds["modbus_keba_p30"].capabilities.can_switch_phases
    assert kinds["modbus_go_e"].capabilities.can_switch_phases
    around = Here()
    device = cfos.make(Line(host="192.0.2.1"), around)
    kinds["modbus_alfen_eve"].make(Line(host="192.0.2.2", port=5020, unit=2), around)
    kinds["modbus_heidelberg_energy_control"].make(Line(host="2001:db8::1", unit=3), around)
    assert around.asked == [
        (ModbusTcpParams(host="192.0.2.1", port=4701), 1),
        (ModbusTcpParams(host="192.0.2.2", port=5020), 2),
        (ModbusSerialParams(device="socket://[2001:db8::1]:502", framer="rtu", baudrate=115_200), 3),
    ]
    with pytest.raises(ChargerUnreachableError) as caught:
        await device.read()
    assert isinstance(caught.value.__cause__, ModbusConnectionError)
    await device.close()
