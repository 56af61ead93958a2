"""What a home battery takes of the surplus before cars may."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from math import inf, isfinite

from ..model.home_battery import EFFICIENCY, HomeBattery
from ..model.outlook import OutlookStep


def store_first(steps: Sequence[OutlookStep], battery: HomeBattery) -> Iterator[OutlookStep]:
    """Let the battery take its part in each step, in order of time, the first of which begins now.

    It takes nothing where its capacity is not known, and does nothing in steps of which sun or base load are unknown; who
    knows the base load alone knows that the battery serves it.
    """
    capacity_kwh = battery.capacity_kwh
    if capacity_kwh is None or not isfinite(capacity_kwh) or capacity_kwh <= 0:
        yield from steps
        return
    held_kwh = capacity_kwh * min(1.0, max(0.0, battery.soc or 0.0))
    for step in steps:
        if step.base_kw is None:
            yield step
            continue
        hours = (step.end - step.start) / timedelta(hours=1)
        over_kw = (step.solar_kw or 0.0) - step.base_kw
        if over_kw >= 0:
            room_kw = (capacity_kwh - held_kwh) / EFFICIENCY / hours
            stored_kw = min(over_kw, room_kw, _bound(battery.charge_kw))
            held_kwh = min(capacity_kwh, held_kwh + stored_kw * EFFICIENCY * hours)
            yield replace(step, stored_kw=stored_kw)
        else:
            given_kw = min(-over_kw, held_kwh * EFFICIENCY / hours, _bound(battery.discharge_kw))
            held_kwh = max(0.0, held_kwh - given_kw / EFFICIENCY * hours)
            yield step


def _bound(most_kw: float | None) -> float:
    return inf if most_kw is None else max(0.0, most_kw)
