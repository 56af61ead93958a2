"""The times at which the supplier lets the car charge, as Octopus Energy's entity tells them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from homeassistant.core import HomeAssistant

from custom_components.smart_charging.sources.dispatch import DispatchSource

ENTITY = "binary_sensor.octopus_energy_00_intelligent_dispatching"
NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)


def at(hour: float) -> datetime:
    return NOON + timedelta(hours=hour)


def dispatch(start: Any, end: Any, source: str | None = "smart-charge") -> dict[str, Any]:
    return {"start": start, "end": end, "charge_in_kwh": -5.0, "source": source, "location": "AT_HOME"}


@pytest.mark.parametrize(
    ("attributes", "times"),
    [
        ({"planned_dispatches": [dispatch(at(2), at(3)), dispatch(at(0), at(1))]}, [(0, 1), (2, 3)]),
        (
            {"planned_dispatches": [dispatch(at(1), at(3))], "started_dispatches": [{"start": at(0), "end": at(2)}]},
            [(0, 3)],
        ),
        ({"planned_dispatches": [dispatch(at(0), at(1), "bump-charge"), dispatch(at(2), at(3), None)]}, [(2, 3)]),
        ({"planned_dispatches": [dispatch(at(0), at(1), "BOOST")]}, []),
        ({"planned_dispatches": [dispatch(at(0).isoformat(), at(1).isoformat())]}, [(0, 1)]),
        ({"planned_dispatches": [dispatch(at(1), at(0)), dispatch(None, at(0)), dispatch("soon", at(0)), "x"]}, []),
        ({"planned_dispatches": None}, []),
        ({}, []),
    ],
)
async def test_what_is_planned(
    hass: HomeAssistant, attributes: dict[str, Any], times: list[tuple[float, float]]
) -> None:
    hass.states.async_set(ENTITY, "off", attributes)
    assert DispatchSource(hass, ENTITY).reading() == tuple((at(start), at(end)) for start, end in times)


async def test_other_plans_are_told(hass: HomeAssistant) -> None:
    source = DispatchSource(hass, ENTITY)
    assert source.reading() == ()
    heard: list[str] = []
    source.start(lambda: heard.append("!"))
    counts: list[int] = []
    plan = {"planned_dispatches": [dispatch(at(0), at(1))]}
    for state, attributes in (
        ("off", {}),
        ("off", plan),
        ("on", {**plan, "current_start": at(0)}),
        ("unavailable", {}),
    ):
        hass.states.async_set(ENTITY, state, attributes)
        await hass.async_block_till_done()
        counts.append(len(heard))
    assert counts == [1, 2, 2, 3]
    source.stop()
    hass.states.async_set(ENTITY, "off", plan)
    await hass.async_block_till_done()
    assert len(heard) == 3
