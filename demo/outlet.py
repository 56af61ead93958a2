"""The charger's hardware: one outlet with a contactor, a meter and its profiles. Pure: time is handed in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from .car import Car
from .electrical import CAR_MINIMUM_A, VOLTAGE_V
from .profiles import ProfileStore

DRAWS_ABOVE_A: Final = 0.5
"""Less is a charger's own standby, not a car that charges."""


class Status(StrEnum):
    """OCPP 1.6's words for a connector."""

    AVAILABLE = "Available"
    PREPARING = "Preparing"
    CHARGING = "Charging"
    SUSPENDED_EV = "SuspendedEV"
    SUSPENDED_EVSE = "SuspendedEVSE"
    FINISHING = "Finishing"
    UNAVAILABLE = "Unavailable"


@dataclass(slots=True, kw_only=True)
class Transaction:
    """A running transaction. The csms (OCPP 1.6) or the station gives it its `id`, which is None until then."""

    start: datetime
    meter_start_wh: int
    id_tag: str
    id: int | str | None = None


class Outlet:
    """One connector of a station. A transaction begins by itself when a car is plugged in, as at a home charger that is open."""

    def __init__(
        self,
        *,
        hardware_maximum_a: float = 32.0,
        phases: int = 3,
        wiring: tuple[int, ...] | None = None,
        id_tag: str = "DEMO",
    ) -> None:
        """`wiring` names the site's phase (0 for L1) behind each of the outlet's own; None: the first `phases` of them."""
        self.wiring = tuple(range(phases)) if wiring is None else wiring
        self.phases = len(self.wiring)
        self.id_tag = id_tag
        self.profiles = ProfileStore(hardware_maximum_a=hardware_maximum_a)
        self.told_a: float | None = None
        """What a station without profiles was told to offer, A per phase; None: the profiles count alone."""
        self.car: Car | None = None
        self.transaction: Transaction | None = None
        self.energy_wh = 0.0
        self.offered_a = 0.0
        self.drawn_a = 0.0
        self.available = True
        self.powered = True
        self._ended = False

    @property
    def car_phases(self) -> int:
        """The phases that current flows in when the car charges."""
        return min(self.phases, self.car.model.phases) if self.car else self.phases

    @property
    def current_a(self) -> tuple[float, ...]:
        """A in each of the outlet's phases."""
        return self.in_phases(self.drawn_a)

    @property
    def power_w(self) -> float:
        """Drawn in all phases."""
        return self.drawn_a * VOLTAGE_V * self.car_phases

    @property
    def status(self) -> Status:
        """What the station says of it."""
        if self.car is None:
            return Status.AVAILABLE if self.available else Status.UNAVAILABLE
        if self.transaction is None:
            return Status.FINISHING if self._ended else Status.PREPARING
        if self.offered_a < CAR_MINIMUM_A:
            return Status.SUSPENDED_EVSE
        return Status.CHARGING if self.drawn_a > DRAWS_ABOVE_A else Status.SUSPENDED_EV

    def in_phases(self, current_a: float) -> tuple[float, ...]:
        """A in each of the outlet's phases when the car draws `current_a`: those that it does not use carry nothing."""
        return tuple(current_a if phase < self.car_phases else 0.0 for phase in range(self.phases))

    def limit_a(self, now: datetime) -> float:
        """What the profiles and the hardware allow at `now`."""
        start = self.transaction.start if self.transaction else None
        limit_a = self.profiles.limit_a(now, transaction_start=start, phases=self.car_phases)
        return limit_a if self.told_a is None else min(limit_a, self.told_a)

    def plug(self, car: Car, now: datetime) -> None:
        """A car arrives; the transaction starts at once, with or without a csms."""
        car.plug_in()
        self.car, self._ended = car, False
        if self.available:
            self.start(now, self.id_tag)

    def unplug(self) -> None:
        """The car leaves."""
        self.stop()
        self.car, self._ended = None, False

    def start(self, now: datetime, id_tag: str) -> bool:
        """Begin a transaction; False where that cannot be."""
        if self.car is None or self.transaction is not None:
            return False
        self.transaction = Transaction(start=now, meter_start_wh=round(self.energy_wh), id_tag=id_tag)
        self._ended = False
        return True

    def stop(self) -> Transaction | None:
        """End the transaction, and the profiles that belong to it; the transaction that was ended."""
        ended, self.transaction = self.transaction, None
        if ended is not None:
            self.profiles.end_transaction()
            self._ended = True
        return ended

    def step(self, now: datetime, dt_s: float, *, powered: bool = True) -> tuple[float, ...]:
        """Move on by `dt_s`; A in each phase in that time."""
        self.powered = powered
        if not powered:
            self.offered_a = self.drawn_a = 0.0
            if self.car is not None:
                self.car.lose_power()
            return self.current_a
        limit_a = self.limit_a(now) if self.transaction else 0.0
        # Below 6 A there is no pilot to offer: the outlet pauses.
        self.offered_a = limit_a if limit_a >= CAR_MINIMUM_A else 0.0
        self.drawn_a = self.car.step(dt_s, self.offered_a) if self.car else 0.0
        self.energy_wh += self.power_w * dt_s / 3600
        return self.current_a


def sum_phases(outlets: Sequence[Outlet], phases: int) -> tuple[float, ...]:
    """A that flow in each of the site's phases."""
    return on_site([(outlet.wiring, outlet.current_a) for outlet in outlets], phases)


def on_site(currents: Iterable[tuple[Sequence[int], Sequence[float]]], phases: int) -> tuple[float, ...]:
    """A in each of the site's phases, from wirings and the currents behind them; what is wired beyond does not count."""
    totals = [0.0] * phases
    for wiring, currents_a in currents:
        for phase, current_a in zip(wiring, currents_a, strict=True):
            if phase < phases:
                totals[phase] += current_a
    return tuple(totals)
