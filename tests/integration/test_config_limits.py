"""Limits that come and go: what a valid one is, and what is made of it."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.smart_charging.configuration.limits import LimitConfig
from custom_components.smart_charging.configuration.rules.limit import validate_limit
from custom_components.smart_charging.configuration.setup import ConfigError, read_setup
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.tariffs.hours import Hours, Rule, Span

from .parts import SITE, circuit, limit, part
from .test_config_circuits import entry
from .test_config_rules import TEXTS

PUNTA = limit(
    kind="schedule",
    entity_id=None,
    hours="08:00-24:00",
    days="working_days",
    holidays="es",
    limit=4.6,
    chargers_only=False,
)
"""The lower one of two powers, in Spain."""
CIRCUITS = {"garage": circuit(), "socket": circuit(wiring=["l2"])}


@pytest.mark.parametrize(
    "data",
    [
        limit(),
        limit(chargers_only=False),
        limit(chargers_only=None),
        limit(limit="11"),
        # 4.2 kW are 6.087 A on each of three phases of 230 V, and 18.26 A on one.
        limit(limit_unit="a", limit=6.1),
        limit(circuit="socket", limit_unit="a", limit=18.3),
        limit(circuit="garage"),
        limit(circuit="gone"),
        limit(value_entity_id="sensor.allowed"),
        limit(value_entity_id="number.allowed"),
        limit(value_entity_id="input_number.allowed"),
        limit(kind="schedule", entity_id="schedule.peak", limit_unit="a", limit=0),
        limit(kind="schedule", entity_id="switch.peak"),
        limit(kind="user", entity_id="input_boolean.guests", limit=1),
        limit(kind="user", entity_id=None, limit=0),
        limit(kind="user", entity_id="calendar.guests", limit=0),
        PUNTA,
        {**PUNTA, "days": "weekend", "holidays": "it", "hours": "8-13, 22h30-6h30"},
        {key: value for key, value in PUNTA.items() if key not in {"days", "holidays"}},
    ],
)
def test_a_valid_limit(data: dict[str, Any]) -> None:
    assert validate_limit(SITE, CIRCUITS, data) == {}


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        (limit(kind=None), {"kind": "limit_kind_unknown"}),
        (limit(kind="rating"), {"kind": "limit_kind_unknown"}),
        (limit(entity_id=None), {"entity_id": "signal_missing"}),
        (limit(kind="schedule", entity_id=None), {"entity_id": "signal_missing"}),
        (limit(entity_id="sensor.box"), {"entity_id": "signal_unknown"}),
        (limit(kind="user", entity_id="light.hall"), {"entity_id": "signal_unknown"}),
        (limit(entity_id="switch"), {"entity_id": "signal_unknown"}),
        (limit(limit_unit="kva"), {"limit_unit": "limit_unit_unknown"}),
        (limit(limit_unit=None), {"limit_unit": "limit_unit_unknown"}),
        (limit(limit=None), {"limit": "limit_negative"}),
        (limit(limit=-1), {"limit": "limit_negative"}),
        (limit(limit="nan"), {"limit": "limit_negative"}),
        (limit(limit=4.19), {"limit": "below_operator_floor"}),
        (limit(limit=4.19, chargers_only=False), {"limit": "below_operator_floor"}),
        (limit(limit=0), {"limit": "below_operator_floor"}),
        (limit(limit_unit="a", limit=6), {"limit": "below_operator_floor"}),
        (limit(circuit="socket", limit_unit="a", limit=18), {"limit": "below_operator_floor"}),
        (limit(value_entity_id="switch.allowed"), {"value_entity_id": "value_entity_unknown"}),
        (limit(chargers_only="yes"), {"chargers_only": "chargers_only_unknown"}),
        ({**PUNTA, "hours": "at night"}, {"hours": "hours_unreadable"}),
        ({**PUNTA, "hours": ""}, {"hours": "hours_unreadable"}),
        ({**PUNTA, "hours": None}, {"hours": "hours_unreadable"}),
        ({**PUNTA, "days": "fridays", "holidays": "eu"}, {"days": "days_unknown", "holidays": "holidays_unknown"}),
        ({**PUNTA, "entity_id": "schedule.peak"}, {"hours": "hours_and_signal"}),
        ({**PUNTA, "kind": "operator"}, {"hours": "hours_and_signal"}),
        ({**PUNTA, "limit": -1}, {"limit": "limit_negative"}),
    ],
)
def test_a_limit_that_is_not_valid(data: dict[str, Any], errors: dict[str, str]) -> None:
    assert validate_limit(SITE, CIRCUITS, data) == errors
    assert set(errors.values()) <= set(TEXTS["exceptions"])


def test_nothing_at_all_is_an_error_where_something_is_needed() -> None:
    assert set(validate_limit(SITE, {}, {"kind": "schedule"})) == {"entity_id", "limit_unit", "limit"}


def test_limits_as_they_are_used() -> None:
    setup = read_setup(
        entry(
            part("circuit", "garage", CIRCUITS["garage"]),
            part("limit", "box", limit(circuit="garage", value_entity_id="sensor.allowed"), "Box"),
            part("limit", "peak", limit(kind="schedule", entity_id="schedule.peak", limit_unit="a", limit="10")),
            part("limit", "own", limit(kind="user", entity_id=None, chargers_only=None, limit=3)),
        )
    )
    assert setup.limits == {
        "box": LimitConfig(
            name="Box",
            circuit_id="garage",
            entity_id="binary_sensor.box",
            value_entity_id="sensor.allowed",
            limit=Limit(source=LimitSource.OPERATOR, power_w=4200.0, chargers_only=True, limit_id="box"),
            least_a=4200 / (3 * 230),
            least_w=4200.0,
        ),
        "peak": LimitConfig(
            name="peak",
            circuit_id="site",
            entity_id="schedule.peak",
            value_entity_id=None,
            limit=Limit(source=LimitSource.SCHEDULE, current_a=10.0, chargers_only=True, limit_id="peak"),
        ),
        "own": LimitConfig(
            name="own",
            circuit_id="site",
            entity_id=None,
            value_entity_id=None,
            limit=Limit(source=LimitSource.USER, power_w=3000.0, limit_id="own"),
        ),
    }
    assert [len(circuit.limits) for circuit in setup.site.circuits] == [1, 1]


def test_hours_as_they_are_used() -> None:
    bare = {key: value for key, value in PUNTA.items() if key not in {"days", "holidays"}}
    setup = read_setup(entry(part("limit", "punta", PUNTA), part("limit", "daily", bare)))
    daily = setup.limits["daily"].hours
    assert daily == Hours(rules=(Rule(period="limited", spans=(Span(start=time(8), end=time()),)),))
    punta = setup.limits["punta"]
    assert (punta.entity_id, punta.limit.power_w, punta.limit.source) == (None, 4600.0, LimitSource.SCHEDULE)
    madrid = ZoneInfo("Europe/Madrid")
    assert punta.hours is not None
    held = {
        day: punta.hours.hold_at(datetime(2026, 12, day, 12, tzinfo=madrid), madrid)
        for day in (4, 5, 7, 8, 9)  # a Friday, a Saturday, a Monday, a holiday, a Wednesday
    }
    assert held == {4: True, 5: False, 7: True, 8: False, 9: True}


def test_a_limit_whose_circuit_is_gone_holds_for_the_whole_site() -> None:
    setup = read_setup(entry(part("limit", "box", limit(circuit="gone"), "Box")))
    assert setup.limits["box"].circuit_id == "site"
    assert setup.orphans == ("Box",)


def test_what_is_wrong_is_told_with_the_limit_s_name() -> None:
    with pytest.raises(ConfigError, match="Box: limit: below_operator_floor"):
        read_setup(entry(part("limit", "box", limit(limit=2), "Box")))
