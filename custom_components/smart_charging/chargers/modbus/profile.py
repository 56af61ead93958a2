"""What a profile says of a kind of charger: its registers, and what they mean. `parse.py` reads one from a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from ...engine.model.evse import EvState, WatchdogKind
from ..errors import Unfit

type Raw = int | float | str
"""What stands in a register, before any scale; a text where it is one."""


class ProfileError(Exception):
    """A profile cannot be used; `line` is where (1 is the first), None where that is no one line's fault."""

    def __init__(self, profile: str, line: int | None, message: str) -> None:
        self.profile = profile
        self.line = line
        self.message = message
        super().__init__(f"{profile}, line {line}: {message}" if line is not None else f"{profile}: {message}")


class Kind(StrEnum):
    """The four tables of Modbus."""

    HOLDING = "holding"
    INPUT = "input"
    COIL = "coil"
    DISCRETE = "discrete"

    @property
    def bits(self) -> bool:
        """Whether it holds bits, and not words."""
        return self in {Kind.COIL, Kind.DISCRETE}

    @property
    def writable(self) -> bool:
        """Whether something can be written there at all."""
        return self in {Kind.HOLDING, Kind.COIL}


class Type(StrEnum):
    """How a value lies in its registers."""

    UINT16 = "uint16"
    INT16 = "int16"
    UINT32 = "uint32"
    INT32 = "int32"
    UINT64 = "uint64"
    INT64 = "int64"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    STRING = "string"
    """Two characters a register."""
    UTF16 = "utf16"
    """One character of UTF-16 a register."""
    ASCII_HIGH = "ascii_high"
    """One character, in the higher byte."""
    ASCII_LOW = "ascii_low"
    """One character, in the lower byte."""
    BIT = "bit"

    @property
    def text(self) -> bool:
        """Whether it is one."""
        return self in {Type.STRING, Type.UTF16, Type.ASCII_HIGH, Type.ASCII_LOW}


SIZES: Final[Mapping[Type, int]] = {
    Type.UINT16: 1,
    Type.INT16: 1,
    Type.UINT32: 2,
    Type.INT32: 2,
    Type.UINT64: 4,
    Type.INT64: 4,
    Type.FLOAT32: 2,
    Type.FLOAT64: 4,
    Type.ASCII_HIGH: 1,
    Type.ASCII_LOW: 1,
    Type.BIT: 1,
}
"""How many registers one value takes; a text says so itself."""

WRITE_COIL: Final = 5
WRITE_ONE: Final = 6
WRITE_SEVERAL: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One value, or `count` of them that stand `stride` registers apart. Addresses are those on the wire, from 0."""

    name: str
    address: int
    kind: Kind = Kind.HOLDING
    type: Type = Type.UINT16
    size: int = 1
    """Registers that one value takes."""
    count: int = 1
    stride: int = 1
    scale: float = 1.0
    """What a raw 1 is, in A, V, W, kWh or s, whatever the register is used for."""
    little: bool = False
    """The lowest word comes first."""
    invalid: frozenset[float] = frozenset()
    """Raw values that say that it is not known."""
    function: int = WRITE_ONE
    """The function code that writes it."""
    write_only: bool = False
    optional: bool = False
    """Not every charger of the kind has it: one that does not is not asked again."""

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Where its values are: an address and a number of registers each."""
        return tuple((self.address + index * self.stride, self.size) for index in range(self.count))


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """What a register has to hold, raw; `mask` is laid over it first."""

    __test__ = False  # pytest looks at names

    register: str
    mask: int | None = None
    one_of: tuple[Raw, ...] | None = None
    none_of: tuple[Raw, ...] = ()
    least: float | None = None
    most: float | None = None
    begins: tuple[str, ...] | None = None

    def holds(self, value: Raw) -> bool:
        """Tell whether it does."""
        if isinstance(value, str):
            begins = self.begins is None or value.startswith(self.begins)
            return begins and (self.one_of is None or value in self.one_of) and value not in self.none_of
        if self.mask is not None:
            value = int(value) & self.mask
        within = (self.least is None or value >= self.least) and (self.most is None or value <= self.most)
        return within and (self.one_of is None or value in self.one_of) and value not in self.none_of


type Tests = tuple[Test, ...]
"""All of them have to hold; none always do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRule:
    """It is in `state` when these hold, and no rule before did."""

    state: EvState
    when: Tests


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Which registers tell what; several are one phase each, or have to be added up."""

    current: tuple[str, ...] = ()
    voltage: tuple[str, ...] = ()
    """Of each phase against neutral."""
    power: tuple[str, ...] = ()
    energy: tuple[str, ...] = ()
    """The register that never falls."""
    session_energy: tuple[str, ...] = ()
    limit: str | None = None
    """What it offers, as it is written (`Limit`)."""
    limit_when: Tests = ()
    """At other times something else stands there."""
    fault: str | None = None
    """Not 0 while something is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How it is told what to offer."""

    write: str
    minimum_a: float
    maximum_a: float
    step_a: float
    pause: int | None
    """What is written to pause it, raw; None: `Profile.pause` does that."""
    interval_s: float = 0.0
    """At least this long between two increases."""
    in_w: bool = False
    """It takes a power, of all phases together; the currents here are A per phase all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A register of its own that pauses it; raw values."""

    write: str
    on: int
    """It may charge."""
    off: int
    limit_again: bool = False
    """The limit is told again after it may charge: it may have forgotten it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchdog:
    """How it notices that nobody steers it any more."""

    kind: WatchdogKind = WatchdogKind.NONE
    timeout_s: float | None = None
    timeout: str | None = None
    """The register that says so; 0 there: it is off."""
    heartbeat: str | None = None
    value: int | None = 1
    """What is written there, raw; None: what stands in `timeout`."""
    renew_after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failsafe:
    """What it is to do without us, where it can be told."""

    write: str | None = None
    """A per phase, or `in_w` W of all phases together."""
    read: str | None = None
    """What stands there, where that is told by another register."""
    timeout: str | None = None
    """Where it can only be written, `Watchdog.timeout` tells what stands there."""
    timeout_s: float = 0.0
    pause: int | None = None
    """What is written for no current at all, raw, where a 0 means something else."""
    arm: str | None = None
    """A 1 there switches the watchdog on."""
    in_w: bool = False
    certain: bool = True
    """It does as it is told here; else it was seen to do something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phases:
    """How it is told to charge on one phase or on all; raw values."""

    write: str
    one: int
    three: int
    read: str | None = None
    read_one: int = 1
    when: Tests = ()
    """Whether this one can."""
    while_paused: bool = False
    """It is not to be switched while power flows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What has to stand in a register for it to be steered, raw."""

    write: str
    value: int
    when: Tests = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What has to hold; `unfit` is why it cannot be steered where it does not."""

    needs: Tests
    unfit: Unfit


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """Who made it; `firmware` is a register."""

    manufacturer: str
    model: str = ""
    model_register: str | None = None
    firmware: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One kind of charger. `spacing_s` is the least time between two requests."""

    name: str
    models: tuple[str, ...]
    source: str
    tried: bool
    port: int
    unit: int
    rtu: bool
    """A serial line behind a converter, in the line's own framing."""
    spacing_s: float
    single_reads: bool
    """It answers for one value a request, and not for several that lie side by side."""
    registers: Mapping[str, Register]
    state: tuple[StateRule, ...]
    measured: Measured
    limit: Limit
    info: Info
    pause: Pause | None = None
    watchdog: Watchdog = field(default_factory=Watchdog)
    failsafe: Failsafe | None = None
    phases: Phases | None = None
    prepare: tuple[Setting, ...] = ()
    identify: tuple[Identity, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def polled(self) -> tuple[Register, ...]:
        """The registers that are asked for again and again, in the order of the profile."""
        measured, phases = self.measured, self.phases
        names = {test.register for rule in self.state for test in rule.when}
        names.update(measured.current, measured.voltage, measured.power, measured.energy, measured.session_energy)
        names.update(test.register for test in measured.limit_when)
        names.update(name for name in (measured.limit, measured.fault) if name is not None)
        if self.pause is not None:
            names.add(self.pause.write)
        if phases is not None:
            names.update(test.register for test in phases.when)
            names.add(phases.read or phases.write)
        return tuple(each for name, each in self.registers.items() if name in names and not each.write_only)
