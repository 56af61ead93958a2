"""Chargers with a watchdog that speak Modbus, by the tables of what is known of them, and not by our profiles."""

from typing import ClassVar, override

from custom_components.smart_charging.engine.model.evse import EvState

from .modbus import (
    HURRY,
    OWNERS_S,
    WRITE_ONE,
    WRITE_SEVERAL,
    ModbusEmulator,
    Table,
    f32,
    f64,
    float_of,
    lsw,
    text,
    u16,
    u32,
    u64,
    value_of,
)


class ModbusMeter(ModbusEmulator):
    """What it measures."""

    @property
    def phase_a(self) -> list[float]:
        return [self.current_a] * self.phases + [0.0] * (3 - self.phases)

    @property
    def session_kwh(self) -> float:
        return self.register_kwh - self.plugged_at_kwh

    def every(self, address: int, words: list[list[int]], stride: int) -> Table:
        """One value after the other."""
        return {address + index * stride: each for index, each in enumerate(words)}


class Switched(ModbusMeter):
    """It has a register for its limit, and another that pauses it."""

    def __init__(self) -> None:
        super().__init__()
        self.amps, self.running = 6.0, True

    def told_limit(self, amps: float) -> None:
        self.amps = amps
        if self.running:
            self.limit_a = amps

    def told_to_run(self, *, running: bool) -> None:
        self.running = running
        self.take(self.amps if running else 0.0)

    @override
    def restart(self) -> None:
        super().restart()
        self.amps, self.running = 6.0, True

    @override
    def fall(self) -> None:
        super().fall()
        self.amps = min(self.amps, self.failsafe_a)

    @override
    async def set_by_somebody(self, limit_a: float) -> None:
        self.amps, self.running, self.limit_a = limit_a, True, limit_a


class KebaP40(ModbusMeter):
    """KEBA KeContact P40: one value a request, function codes 3 and 6 only."""

    unit = 255
    one_value_a_read = True
    product = 4123456
    states: ClassVar = {EvState.A: 2, EvState.B: 5, EvState.C: 3, EvState.F: 4}
    one_phase_state = 1

    def __init__(self) -> None:
        super().__init__()
        self.timeout_s = OWNERS_S
        self.phase_source = 3

    @override
    def holding(self) -> Table:
        connected = self.state.vehicle_connected
        return {
            1000: u32(self.states[self.state]),
            1004: u32(7 if connected else 3),
            1006: u32(0),
            **self.every(1008, [u32(amps * 1000) for amps in self.phase_a], 2),
            1016: u32(self.product),
            1020: u32(self.power_w * 1000),
            1036: u32(self.register_kwh * 10_000),
            1502: u32(self.session_kwh * 10_000),
            1550: u32(self.phase_source),
            1552: u32(self.one_phase_state if self.phases == 1 else 1 - self.one_phase_state),
            1600: u32(self.failsafe_a * 1000),
            1602: u32(self.timeout_s),
            **self.limits(),
        }

    def limits(self) -> Table:
        return {5004: u16(self.limit_a * 1000)}

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        self.only(function, WRITE_ONE)
        match address:
            case 5004:
                self.told(self.check(words[0] / 1000, function, most=63))
            case 5016:
                self.failsafe_a = self.check(words[0] / 1000, function, most=63)
            case 5018 if words[0] == 0 or 10 <= words[0] <= 600:
                self.timeout_s = words[0]
                self.watchdog_s = words[0] / HURRY
                self.alive()
            case 5052 if self.phase_source == 3:
                self.phases = 3 if words[0] else 1
            case _:
                raise self.cannot(function)

    def told(self, amps: float) -> None:
        self.take(amps)


class KebaP30(KebaP40, Switched):
    """KEBA KeContact P30, which does not tell its limit, and pauses by a register of its own."""

    product = 304112
    one_phase_state = 0

    @override
    def limits(self) -> Table:
        return {}

    @override
    def told(self, amps: float) -> None:
        assert amps
        self.told_limit(amps)

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        if address == 5014:
            self.only(function, WRITE_ONE)
            self.told_to_run(running=words[0] == 1)
            return
        await super().written(address, words, function)


class Amperfied(ModbusMeter):
    """Amperfied connect: Modbus TCP, can switch its phases."""

    unit = 255
    traffic_counts = True
    states: ClassVar = {EvState.A: 2, EvState.B: 4, EvState.C: 7, EvState.F: 9}

    def __init__(self) -> None:
        super().__init__()
        self.timeout_ms = OWNERS_S * 1000
        self.failsafe_da = 60

    @override
    def inputs(self) -> Table:
        return {
            4: u16(0x108),
            5: u16(self.states[self.state]),
            **self.every(6, [u16(amps * 10) for amps in self.phase_a], 1),
            14: u16(self.power_w),
            17: u32(self.register_kwh * 1000),
            5001: u16(self.phases),
        }

    @override
    def holding(self) -> Table:
        return {
            257: u16(self.timeout_ms),
            261: u16(self.limit_a * 10),
            262: u16(self.failsafe_da),
        }

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        self.only(function, WRITE_SEVERAL)
        match address:
            case 257:
                self.timeout_ms = words[0]
                self.watchdog_s = words[0] / 1000 / HURRY
            case 261:
                self.take(self.check(words[0] / 10, function, most=16))
            case 262:
                self.failsafe_da = words[0]
                self.failsafe_a = words[0] / 10
            case 501 if words[0] in {1, 3}:
                self.phases = words[0]
            case _:
                raise self.cannot(function)


class Heidelberg(Amperfied):
    """Heidelberg Energy Control: a serial line, no switching; it falls asleep where it is not told otherwise."""

    unit = 1
    rtu = True

    def __init__(self) -> None:
        super().__init__()
        self.missing = {5001, 501}
        self.standby = 4

    @override
    def holding(self) -> Table:
        return {**super().holding(), 258: u16(self.standby)}

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        if address == 258:
            self.only(function, WRITE_SEVERAL)
            self.standby = words[0]
            return
        await super().written(address, words, function)


class Vestel(ModbusMeter):
    """Vestel EVC04."""

    unit = 255
    states: ClassVar = {EvState.A: (0, 0), EvState.B: (2, 0), EvState.C: (3, 1)}

    def __init__(self) -> None:
        super().__init__()
        self.timeout_s = OWNERS_S
        self.three_phase = 1

    @override
    def inputs(self) -> Table:
        cable, charging = self.states[self.state]
        return {
            210: [ord(sign) for sign in "EVC04"],
            230: [ord(sign) for sign in "v3.156.0".ljust(50, "\0")],
            404: u16(self.three_phase),
            1000: u16(charging),
            1001: u16(charging),
            1004: u16(cable),
            **self.every(1008, [u16(amps * 1000) for amps in self.phase_a], 2),
            1020: u32(self.power_w),
            1036: u32(self.register_kwh * 10),
            1502: u32(self.session_kwh * 1000),
        }

    @override
    def holding(self) -> Table:
        return {405: u16(self.phases == 3), 2000: u16(self.failsafe_a), 2002: u16(self.timeout_s)}

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        self.only(function, WRITE_ONE)
        match address:
            case 405 if self.limit_a == 0:
                self.phases = 3 if words[0] else 1
            case 2000:
                self.failsafe_a = self.check(words[0], function)
            case 2002:
                self.timeout_s = words[0]
                self.watchdog_s = words[0] / HURRY
            case 5004:
                self.take(self.check(words[0], function))
            case 6000 if words[0] == 1:
                self.alive()
            case _:
                raise self.cannot(function)


class WebastoNext(ModbusMeter):
    """Webasto Next."""

    unit = 255
    states: ClassVar = {EvState.A: 0, EvState.B: 1, EvState.C: 3, EvState.F: 7}

    def __init__(self) -> None:
        super().__init__()
        self.timeout_s = OWNERS_S

    @override
    def holding(self) -> Table:
        return {
            1000: u16(self.states[self.state]),
            1006: u16(4 if self.state is EvState.F else 0),
            **self.every(1008, [u16(amps * 1000) for amps in self.phase_a], 2),
            1020: u32(self.power_w),
            1036: u32(self.register_kwh * 1000),
            2000: u16(self.failsafe_a),
            2002: u16(self.timeout_s),
        }

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        match address:
            case 2000:
                self.only(function, WRITE_ONE)
                self.failsafe_a = self.check(words[0], function)
            case 2002:
                self.only(function, WRITE_ONE)
                self.timeout_s = words[0]
                self.watchdog_s = words[0] / HURRY
            case 5004:
                self.only(function, WRITE_SEVERAL)
                self.take(self.check(words[0], function))
            case 6000 if words[0] == 1:
                self.only(function, WRITE_ONE)
                self.alive()
            case _:
                raise self.cannot(function)


class Alfen(ModbusMeter):
    """Alfen Eve, socket 1: a setpoint holds for its validity time only."""

    states: ClassVar = {EvState.A: "A", EvState.B: "B1", EvState.C: "C2", EvState.E: "E", EvState.F: "F"}

    @override
    def holding(self) -> Table:
        return {
            **self.every(306, [f32(230.0)] * 3, 2),
            **self.every(320, [f32(amps) for amps in self.phase_a], 2),
            344: f32(self.power_w),
            374: f64(self.register_kwh * 1000),
            1201: text(self.states[self.state], 5),
            1210: f32(self.limit_a),
            1215: u16(self.phases),
        }

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        match address, len(words):
            case 1210, 2:
                self.only(function, WRITE_SEVERAL)
                self.take(self.check(float_of(words), function))
                self.alive()
            case 1215, 1 if words[0] in {1, 3}:
                self.only(function, WRITE_ONE)
                self.phases = words[0]
            case _:
                raise self.cannot(function)


class AbbTerra(ModbusMeter):
    """ABB Terra AC with firmware of 2024: it counts energy for the session only."""

    tells_register = False
    traffic_counts = True
    states: ClassVar = {EvState.A: 0, EvState.B: 2, EvState.C: 4}

    def __init__(self) -> None:
        super().__init__()
        self.lock = 0x0011
        self.own_state: int | None = None
        """What it says instead."""
        self.timeout_s, self.failsafe_a = OWNERS_S, 0xFF

    @override
    def holding(self) -> Table:
        state = self.own_state if self.own_state is not None else self.states[self.state]
        return {
            0x4008: u32(0),
            0x400A: u32(self.lock),
            # The highest bit of the byte means something else.
            0x400C: u32((state | 0x80) << 8),
            0x400E: u32(self.limit_a * 1000),
            **self.every(0x4010, [u32(amps * 1000) for amps in self.phase_a], 2),
            **self.every(0x4016, [u32(2300)] * 3, 2),
            0x401C: u32(self.power_w),
            0x401E: u32(self.session_kwh * 1000),
            0x4020: u16(self.timeout_s),
            0x4024: u16(self.failsafe_a),
        }

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        match address, len(words):
            case 0x4100, 2:
                self.only(function, WRITE_SEVERAL)
                self.take(self.check(value_of(words) / 1000, function))
            case 0x4106, 1 if words[0] >= 10:
                self.timeout_s = words[0]
                self.watchdog_s = words[0] / HURRY
            case 0x4109, 1:
                self.failsafe_a = words[0]
            case _:
                raise self.cannot(function)

    @override
    def fall(self) -> None:
        """Without a fallback limit it ends the session."""
        self.limit_a = 0 if self.failsafe_a == 0xFF else min(self.limit_a, self.failsafe_a)


class Sungrow(Switched):
    """Sungrow AC011: it begins to charge with whatever it likes."""

    unit = 248
    traffic_counts = True
    states: ClassVar = {EvState.A: 1, EvState.B: 2, EvState.C: 3, EvState.F: 9}

    def __init__(self) -> None:
        super().__init__()
        self.available = 1
        self.just_started = False

    @override
    def inputs(self) -> Table:
        currents = [u16(value) for amps in self.phase_a for value in (2300, amps * 10)]
        return {
            21299: lsw(u32(self.register_kwh * 1000)),
            **self.every(21301, currents, 1),
            21307: lsw(u32(self.power_w)),
            21309: lsw(u32(self.session_kwh * 1000)),
            21316: u16(self.states[self.state]),
        }

    @override
    def holding(self) -> Table:
        return {21210: u16(self.available)}

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        self.only(function, WRITE_ONE)
        match address:
            case 21202:
                self.told_limit(self.check(words[0] / 10, function))
                if self.just_started:
                    self.just_started, self.commands[-1] = False, self.amps
            case 21203 if not self.running:
                self.phases = 1 if words[0] else 3
            case 21210:
                self.available = words[0]
            case 21211 if self.available:
                self.just_started = words[0] == 0
                if self.just_started and not self.running:
                    self.amps = 6.0
                self.told_to_run(running=self.just_started)
            case _:
                raise self.cannot(function)


class Schneider(ModbusMeter):
    """Schneider EVlink Pro AC, version 3."""

    unit = 255
    states: ClassVar = {EvState.A: 1, EvState.B: 5, EvState.C: 8, EvState.F: 12}

    @override
    def holding(self) -> Table:
        return {
            1: u16(self.states[self.state]),
            **self.every(2999, [lsw(f32(amps)) for amps in self.phase_a], 2),
            **self.every(3027, [lsw(f32(230.0))] * 3, 2),
            3059: lsw(f32(self.power_w / 1000)),
            3203: lsw(u64(self.register_kwh * 1000)),
            4004: u16(self.limit_a),
        }

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        self.only(function, WRITE_ONE)
        match address:
            case 4000 if words[0] == 1:
                self.alive()
            case 4004:
                self.take(self.check(words[0], function))
            case _:
                raise self.cannot(function)


class MennekesCompact(Switched):
    """Mennekes Amtron Compact, on a serial line."""

    unit = 50
    rtu = True
    states: ClassVar = {EvState.A: 1, EvState.B: 3, EvState.C: 5, EvState.F: 6}

    def __init__(self) -> None:
        super().__init__()
        self.options = 2
        self.fallback_a = 0
        """0: it goes on as it is; 1: it pauses."""

    @override
    def holding(self) -> Table:
        return {
            0x0100: u16(self.states[self.state]),
            0x030C: u16(self.options),
            **self.every(0x0500, [f32(amps) for amps in self.phase_a], 2),
            **self.every(0x0506, [f32(230.0)] * 3, 2),
            0x0512: f32(self.power_w),
            0x073A: u16(self.fallback_a),
            0x0B02: f32(self.session_kwh),
            0x0D05: u16(self.running),
            0x0E02: u16(self.phases == 1),
            0x1000: f32(self.register_kwh),
        }

    @override
    async def written(self, address: int, words: list[int], function: int) -> None:
        match address:
            case 0x0302:
                self.only(function, WRITE_SEVERAL)
                self.told_limit(self.check(float_of(words), function))
            case 0x0D00 if words[0] == 0x55AA:
                self.only(function, WRITE_ONE)
                self.alive()
            case 0x073A if words[0] in {0, 1, *range(6, 33)}:
                self.only(function, WRITE_ONE)
                self.fallback_a = words[0]
                self.failsafe_a = {0: 32, 1: 0}.get(words[0], words[0])
            case 0x0D04 if not self.running:
                self.only(function, WRITE_ONE)
                self.phases = 1 if words[0] == 1 else 3
            case 0x0D05:
                self.only(function, WRITE_ONE)
                self.told_to_run(running=words[0] == 1)
            case _:
                raise self.cannot(function)
