"""The page about limits: its two powers are what the engine and the planner make of them."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.smart_charging.configuration.setup import read_setup
from custom_components.smart_charging.engine.model.limit import LimitSpan
from custom_components.smart_charging.engine.model.order import Order, Stage
from custom_components.smart_charging.engine.model.outlook import Outlook, OutlookStep
from custom_components.smart_charging.engine.model.tariff import PriceSlot, Tariff
from custom_components.smart_charging.engine.planning.planner import make_plans
from custom_components.smart_charging.engine.planning.question import Question

from ..engine.builders import amps, charger, contract, mains, site
from ..integration.parts import limit, part
from ..integration.test_config_circuits import entry
from ..repository.source import ROOT
from .home import Car, Home

PAGE = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| \w+day, (\d\d):00 \| ([\d.]+) kW \| ([\d.]+) kW \| (\d+) A\b", PAGE, re.MULTILINE)
MADRID = ZoneInfo("Europe/Madrid")
TUESDAY = datetime(2026, 3, 24, 20, tzinfo=MADRID).astimezone(UTC)
MIDNIGHT = TUESDAY + timedelta(hours=4)
HOUR = timedelta(hours=1)
FLAT = site(charger(maximum_a=32, step_a=1), circuits=(mains(contract(9200)),))
_PUNTA = read_setup(
    entry(
        part(
            "limit",
            "punta",
            limit(
                kind="schedule",
                entity_id=None,
                hours="08:00-24:00",
                days="working_days",
                holidays="es",
                limit=4.6,
                chargers_only=False,
            ),
        )
    )
).limits["punta"]


@pytest.mark.parametrize(("hour", "allowed_kw", "house_kw", "current_a"), ROWS)
def test_what_the_car_gets(hour: str, allowed_kw: str, house_kw: str, current_a: str):
    at = TUESDAY + timedelta(hours=(int(hour) - 20) % 24)
    assert _PUNTA.hours is not None
    holds = _PUNTA.hours.hold_at(at, MADRID)
    assert float(allowed_kw) == (4.6 if holds else 9.2)
    home = Home(
        FLAT, {"a": Car()}, amps(1000 * float(house_kw) / 230), limits={"site": (_PUNTA.limit,)} if holds else {}
    )
    home.live(120)
    assert home.cars["a"].offered_a == float(current_a)


def test_the_page_has_its_example():
    assert len(ROWS) == 2


def test_the_plan_that_is_made_in_the_evening():
    assert _PUNTA.hours is not None
    end = TUESDAY + 12 * HOUR
    prices = ((TUESDAY, MIDNIGHT, 0.2), (MIDNIGHT, MIDNIGHT + 8 * HOUR, 0.1))
    house = OutlookStep(start=TUESDAY, end=end, base_kw=0.4, margin_kw=0.5)
    plan = make_plans(
        Question(
            at=TUESDAY,
            site=FLAT,
            orders={
                "a": Order(
                    evse_id="a",
                    stages=(Stage(energy_kwh=28.0, departure=MIDNIGHT + 7.5 * HOUR),),
                    room_kwh=50.0,
                    phases=1,
                    maximum_a=32.0,
                )
            },
            tariff=Tariff(
                currency="EUR",
                prices=tuple(PriceSlot(start=first, end=last, price_per_kwh=price) for first, last, price in prices),
            ),
            outlook=Outlook(steps=(house,)),
            limits={
                "site": tuple(
                    LimitSpan(start=first, end=last, limit=_PUNTA.limit)
                    for first, last in _PUNTA.hours.held(TUESDAY, end, MADRID)
                )
            },
        )
    )["a"]
    last = plan.slots[-1].end.astimezone(MADRID)
    assert plan.starts_at == MIDNIGHT
    assert {slot.current_a for slot in plan.slots} == {32.0}
    assert f"are charged from 00:00 to {last:%H:%M}" in PAGE
