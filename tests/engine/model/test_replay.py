"""A tick in a bug report runs again as a test."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.decision import Decision
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.replay import Json, ReplayError, from_json, to_json
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState
from tests.engine.builders import NOW, later, reading
from tests.engine.worlds import any_snapshot, sites


@given(data=st.data(), site=sites())
def test_what_was_written_decides_the_same(data: st.DataObject, site: Site):
    snapshot = data.draw(any_snapshot(site, NOW))
    state = step(site, snapshot, ControlState(), {}).next_state
    look = data.draw(any_snapshot(site, later(5)))
    decision = step(site, look, state, {})
    written = json.loads(
        json.dumps(to_json({"site": site, "look": look, "state": state, "decision": decision}), allow_nan=False)
    )
    again = step(
        from_json(Site, written["site"]),
        from_json(SiteSnapshot, written["look"]),
        from_json(ControlState, written["state"]),
        {},
    )
    assert to_json(again) == written["decision"]
    assert to_json(from_json(Decision, written["decision"])) == written["decision"]


def test_numbers_that_json_lacks_come_back():
    written = to_json(reading(math.nan, math.inf, -math.inf))
    assert isinstance(written, dict)
    assert written["current_a"] == {"l1": "nan", "l2": "inf", "l3": "-inf"}
    back = from_json(MeterReading, written)
    assert math.isnan(next(iter(back.current_a.values())))


def test_what_is_none_of_the_engines_nouns_is_refused():
    with pytest.raises(TypeError, match="complex"):
        to_json(1j)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        pytest.param([], "MeterReading: not an object", id="no object"),
        pytest.param({}, "at", id="a field that has no default is missing"),
        pytest.param({"at": "yesterday"}, "MeterReading.at", id="no time"),
        pytest.param({"at": 5}, "MeterReading.at", id="a number for a time"),
        pytest.param({"at": "2026-01-15T19:00:00+00:00", "current_a": []}, "MeterReading.current_a: not an object", id="a list for a mapping"),
        pytest.param({"at": "2026-01-15T19:00:00+00:00", "current_a": {"l4": 1.0}}, "MeterReading.current_a", id="no such phase"),
        pytest.param({"at": "2026-01-15T19:00:00+00:00", "power_w": "much"}, "MeterReading.power_w", id="no number"),
        pytest.param({"at": "2026-01-15T19:00:00+00:00", "power_w": True}, "MeterReading.power_w", id="a truth for a number"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(data: Json, place: str):
    with pytest.raises(ReplayError, match=place):
        from_json(MeterReading, data)


def test_a_list_is_wanted_for_a_list():
    with pytest.raises(ReplayError, match="circuits: not a list"):
        from_json(Site, {"circuits": {}})


def test_unknown_keys_are_ignored():
    assert from_json(MeterReading, {"at": NOW.isoformat(), "colour": "red"}) == MeterReading(at=NOW)
