"""Plans as sentences: when a car charges, what it costs, when it is ready, and what will be missing, in the user's language.

The texts are those of `translations/<language>.json` under `common`: `plan_<what>`. A sentence is a state, so it has at most
255 characters, the more important things first, and changes only when something worth telling did.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from .engine.model.aim import Aim, Caveat
from .engine.model.plan import Plan, Shortage
from .no_plan import NoPlan
from .plan_stretches import TRIFLE_KWH, Stretch, energy_kwh, hours, is_awaited, stretches, to_minute
from .speech import Blanks, Speech, cut, decimals, number

_CENT: Final = 0.005
"""Nobody is told of less."""
_LEAST_KG: Final = 0.05
_LEAST_KWH: Final = 0.1
"""Less is told as so much."""
_MINUTE: Final = timedelta(minutes=1)
_LEAVE_STEP: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTeller:
    """Tells of plans at `at`, UTC. All money is in `currency`."""

    speech: Speech
    currency: str
    at: datetime

    def why_none(self, why: NoPlan) -> str:
        """Say why there is no plan."""
        return self._say(f"plan_{why}")

    def sentence(self, plan: Plan, aim: Aim) -> str:
        """Say what is planned for what is wanted."""
        return cut("; ".join(self._parts(plan, aim)))

    def amount(self, stretch: Stretch) -> str | None:
        """Say how much is charged in a stretch, and what it costs; None where nobody worked it out."""
        if stretch.energy_kwh is None:
            return None
        energy = f"{number(self.speech, stretch.energy_kwh)} kWh"
        return self._say("plan_amount", energy=energy, cost=self._money(stretch.cost))

    def _parts(self, plan: Plan, aim: Aim) -> Iterator[str]:
        left = stretches(plan, self.at)
        is_last = len(left) == 1 and left[0].start <= self.at
        yield self._when(plan, left) if left else self._nothing(plan, aim)
        if plan.missed_kwh > 0:
            yield self._short(plan, aim)
        elif left and energy_kwh(plan.slots) is not None:
            yield from self._ready(left[-1].end, aim, is_told=is_last)
        if left and not is_last:
            yield from self._saves(plan)
        if plan.estimated:
            yield self._say("plan_estimated_carbon" if plan.by_carbon else "plan_estimated")
        yield from (self._say(f"plan_{caveat}") for caveat in Caveat if caveat in aim.caveats)

    def _when(self, plan: Plan, left: Sequence[Stretch]) -> str:
        """Say when it charges, and what a kWh costs on the average, or emits where the plan goes by that."""
        following = left[1:]
        if left[0].start > self.at:
            when = self._say(
                "plan_starts_parts" if following else "plan_starts",
                start=self._time(left[0].start),
                duration=_duration(sum((it.end - it.start for it in left), timedelta())),
                parts=str(len(left)),
            )
        elif following:
            when = self._say("plan_charges_again", end=self._time(left[0].end), start=self._time(following[0].start))
        else:
            when = self._say("plan_charges", end=self._time(left[0].end))
        drawn_kwh = energy_kwh(plan.slots)
        if not drawn_kwh:
            return when
        if plan.by_carbon and plan.carbon_kg is not None:
            grams = number(self.speech, 1000 * plan.carbon_kg / drawn_kwh, 0)
            return self._say("plan_at_price", when=when, price=f"{grams} g")
        if plan.cost is None:
            return when
        return self._say("plan_at_price", when=when, price=self._money(plan.cost / drawn_kwh))

    def _saves(self, plan: Plan) -> Iterator[str]:
        """Say what is saved, of what it goes by."""
        if plan.by_carbon:
            if plan.carbon_saving_kg is not None and plan.carbon_saving_kg >= _LEAST_KG:
                yield self._say("plan_saves", saving=f"{number(self.speech, plan.carbon_saving_kg)} kg CO₂")
        elif plan.saving is not None and plan.saving >= _CENT:
            yield self._say("plan_saves", saving=self._money(plan.saving))

    def _nothing(self, plan: Plan, aim: Aim) -> str:
        """Say why nothing is charged any more."""
        if plan.missed_kwh > 0:
            return self._say("plan_charges_nothing")
        if is_awaited(plan, aim):
            return self.why_none(NoPlan.BEING_MADE)
        if any(it.energy_kwh > TRIFLE_KWH for it in aim.order.stages if it.most_per_kwh is not None):
            return self._say("plan_too_dear")
        return self._say("plan_nothing")

    def _short(self, plan: Plan, aim: Aim) -> str:
        """Say what will be missing, why, and what would help."""
        missing = f"{number(self.speech, max(plan.missed_kwh, _LEAST_KWH))} kWh"
        why, leave = plan.missed_for or Shortage.TIME, _leave(plan, aim)
        if why is Shortage.TIME and leave is not None:
            return self._say("plan_short_time_leave", missing=missing, leave=self._time(leave))
        return self._say(f"plan_short_{why}", missing=missing)

    def _ready(self, ready_at: datetime, aim: Aim, *, is_told: bool) -> Iterator[str]:
        """Say when it is ready, unless that is told already, and how long before the departure that is."""
        spare = timedelta() if aim.departure is None else aim.departure - ready_at
        ready = self._time(ready_at)
        if spare >= _MINUTE:
            key = "plan_spare" if is_told else "plan_ready_before"
            yield self._say(key, ready=ready, spare=_duration(spare))
        elif not is_told:
            yield self._say("plan_ready", ready=ready)

    def _time(self, moment: datetime) -> str:
        """Tell a time of day as HH:MM on the wall, with the weekday where it is not within a day."""
        local = to_minute(moment).astimezone(self.speech.timezone)
        if moment - self.at < timedelta(days=1):
            return f"{local:%H:%M}"
        return self._say("plan_day", weekday=self._say(f"weekday_{local.weekday()}"), time=f"{local:%H:%M}")

    def _money(self, amount: float) -> str:
        return f"{decimals(self.speech, amount, 2)} {self.currency}"

    def _say(self, key: str, **blanks: str) -> str:
        return self.speech.say(key, Blanks(blanks))


def _leave(plan: Plan, aim: Aim) -> datetime | None:
    """Tell when to leave instead, so that nothing would be missing at the highest power of the plan."""
    if aim.departure is None or energy_kwh(plan.slots) is None:
        return None
    rates_kw: list[float] = []
    before_kwh = 0.0
    for slot in plan.slots:
        rates_kw.append((slot.stored_kwh - before_kwh) / hours(slot))
        before_kwh = slot.stored_kwh
    most_kw = max(rates_kw, default=0.0)
    if most_kw <= 0:
        return None
    late = timedelta(hours=plan.missed_kwh / most_kw)
    return aim.departure + -(-late // _LEAVE_STEP) * _LEAVE_STEP


def _duration(length: timedelta) -> str:
    """Tell a length of time in hours and minutes."""
    whole_h, minutes = divmod(round(length / _MINUTE), 60)
    if whole_h == 0:
        return f"{minutes} min"
    return f"{whole_h} h {minutes} min" if minutes else f"{whole_h} h"
