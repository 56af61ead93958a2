"""An EVSE ("charger" in the UI): what it can do, how it is wired, and what it last said."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from .operation import Operation
from .quantities import Phase

NOBODY: Final = "nobody"
"""Who a car charges for that nobody identified himself for."""
STRANGER: Final = "stranger"
"""Who a car charges for whose card is not known."""


class EvState(StrEnum):
    """The state of the control pilot, IEC 61851-1 table A.1."""

    A = "a"
    """No vehicle."""
    B = "b"
    """A vehicle is connected, and no power flows."""
    C = "c"
    """The vehicle charges."""
    D = "d"
    """The vehicle charges and asks for ventilation."""
    E = "e"
    """No power at the charger, or the pilot is shorted."""
    F = "f"
    """The charger reports a fault."""

    @property
    def power_flows(self) -> bool:
        """Tell whether the vehicle has its contactor closed."""
        return self is EvState.C or self is EvState.D

    @property
    def vehicle_connected(self) -> bool:
        """Tell whether there is a vehicle to charge."""
        return self is EvState.B or self.power_flows


class Means(StrEnum):
    """How a charger is made to give less, from the gentlest to the last."""

    OFFER = "offer"
    """A lower current is offered."""
    PAUSE = "pause"
    """0 A is offered."""
    STOP = "stop"
    """The transaction is ended."""
    DISABLE = "disable"
    """The outlet is made unavailable: its contactor opens."""


class WatchdogKind(StrEnum):
    """How a charger notices that nobody steers it any more."""

    NONE = "none"
    """It does not: the last setpoint stays."""
    TRAFFIC = "traffic"
    """Any traffic keeps it content."""
    HEARTBEAT = "heartbeat"
    """It wants a heartbeat to be written."""
    RESEND = "resend"
    """It wants the setpoint again before its time is over."""
    EXPIRY = "expiry"
    """Each setpoint carries its own expiry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchdog:
    """After `timeout_s` without a sign of ours the charger goes to its own failsafe current by itself."""

    kind: WatchdogKind = WatchdogKind.NONE
    timeout_s: float | None = None
    """None where the charger has no watchdog, or none that is known."""
    renew_after_s: float | None = None
    """A setpoint is sent again when its acknowledgement is this old."""
    takes_failsafe: bool = True
    """Whether we can put the failsafe current into it; else it goes to what its owner has set in it, which nobody tells us."""

    @property
    def certain_after_s(self) -> float | None:
        """After so long without a sign of ours it is certain to be at the failsafe current; None: never."""
        return self.timeout_s if self.takes_failsafe else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a charger can do, as data. Currents in A per phase."""

    phases: int = 3
    """How many phases it can charge on."""
    minimum_a: float = 6.0
    """The lowest current that it can offer; IEC 61851-1 knows none below 6 A."""
    maximum_a: float = 32.0
    step_a: float = 1.0
    can_pause: bool = True
    """Whether a setpoint of 0 A is understood."""
    can_discharge: bool = False
    can_switch_phases: bool = False
    """Whether it can be told to charge on one phase or on all of its own."""
    can_switch_under_load: bool = False
    """Whether that is allowed while power flows; else it is paused first."""
    means: tuple[Means, ...] = (Means.OFFER, Means.PAUSE)
    """Those that it understands, the gentlest first."""
    watchdog: Watchdog = field(default_factory=Watchdog)
    write_interval_s: float = 0.0
    """At least this long between two increases, to spare its memory. Reductions never wait."""
    operations: frozenset[Operation] = frozenset()
    """What else a person may ask of it, as far as its kind is known; the charger itself may still say no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evse:
    """A charger as the site has it.

    `phases` names the site's phase behind each of the charger's own, in the charger's order: (L2, L3, L1) is a rotated
    three-phase charger, (L2,) a single-phase one. `0 <= failsafe_a <= maximum_a`, and `failsafe_a` is 0 or at least
    `minimum_a`: it is what the circuit bears when nobody steers.
    """

    evse_id: str
    circuit_id: str
    phases: tuple[Phase, ...]
    minimum_a: float = 6.0
    maximum_a: float = 32.0
    failsafe_a: float = 6.0
    step_a: float = 1.0
    priority: int = 0
    """A higher one is served first."""
    can_pause: bool = True
    can_switch_phases: bool = False
    can_switch_under_load: bool = False
    means: tuple[Means, ...] = (Means.OFFER, Means.PAUSE)
    watchdog_s: float | None = None
    """How long the charger may keep a setpoint when it hears nothing from us; None: for ever."""
    write_interval_s: float = 0.0
    """At least this long between two increases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvseInfo:
    """What a charger says it is; a text that it does not give is empty."""

    manufacturer: str = ""
    model: str = ""
    firmware: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvseStatus:
    """What a charger last said, as its driver caches it. Every time is UTC and by our own clock."""

    reachable: bool
    reachable_since: datetime | None = None
    """Since when `reachable` is what it is."""
    state: EvState | None = None
    state_at: datetime | None = None
    """When `state` began."""
    offered_a: float | None = None
    """The last setpoint that the charger acknowledged, A per phase; None when that is not known."""
    offered_at: datetime | None = None
    """When it was acknowledged: a renewal of the same setpoint does not move it."""
    offered_phases: int | None = None
    """On how many of its phases it offers that, where it can be told so; None: on all of them."""
    measured_at: datetime | None = None
    current_a: tuple[float, ...] | None = None
    """A on each of the charger's own phases, in its own order; negative flows out of the vehicle."""
    power_w: float | None = None
    energy_kwh: float | None = None
    """The register that never falls, where the charger has one."""
    session_started_at: datetime | None = None
    session_start_kwh: float | None = None
    """The register when the session's transaction began."""
    card: str | None = None
    """Who the running transaction is for: the id of a known card, `NOBODY` or `STRANGER`; None while none runs.

    Never a card's number, which is all that it proves itself with.
    """
    authorized: bool = True
    """Whether the car that is plugged in may charge, or has a transaction; False: somebody has to let it first."""
    soc: float | None = None
    """The state of charge of the car that is plugged in, 0 to 1, where something knows it."""
    fault: str | None = None
    """The charger's own word for what is wrong."""
    info: EvseInfo | None = None
    ceiling_a: float | None = None
    """What somebody else allows it, A per phase, such as an operator to whom it is handed on; None: nobody says."""
    available: bool | None = None
    """Whether it is in service; None where it cannot be taken out of it, or does not tell."""
