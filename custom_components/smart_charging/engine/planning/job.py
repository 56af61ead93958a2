"""A job: what one car is to get, and how it may be charged. Powers are those that the charger draws, in kW."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """The battery is to have taken `energy_kwh` since now by the end of the span before number `before`.

    Each kWh that is missing then costs `worth_per_kwh`: what must be had is worth far more than any price, what is only
    wanted below a price is worth that. Wants of one job add up: they all count from now.
    """

    energy_kwh: float
    before: int
    worth_per_kwh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One car at one charger.

    `highest_kw` is by span, and 0 where it may not charge at all; else it charges with something from `lowest_kw` to that.
    While it charges `standby_kw` of what it draws, less than `lowest_kw`, heat the car and the charger, and `efficiency` of
    the rest reach the battery: so a low current loses more.
    """

    job_id: str
    lowest_kw: float
    highest_kw: tuple[float, ...]
    room_kwh: float
    """What its battery may still take."""
    wants: tuple[Want, ...] = ()
    efficiency: float = 1.0
    standby_kw: float = 0.0
    start_cost: float = 0.0
    """What a start costs, in money: contactors wear, and some cars make trouble."""
    charging: bool = False
    """It charges now: to go on is no start."""
    nudge_per_kwh: tuple[float, ...] = ()
    """Added to the price by span, and no money: what makes one of two equal plans the better one. Empty: nothing."""
    continuous: bool = False
    """It may start once, and not pause."""

    def nudge(self, span: int) -> float:
        """What is added to the price there."""
        return self.nudge_per_kwh[span] if self.nudge_per_kwh else 0.0

    def stored_kwh(self, power_kw: float, share: float, hours: float) -> float:
        """What reaches the battery in a span of so many hours when it charges with this for a share of it."""
        return max(0.0, self.efficiency * (power_kw - self.standby_kw)) * share * hours
