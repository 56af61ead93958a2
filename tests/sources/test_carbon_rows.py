"""What a kWh emits, as integrations write it: in their units, under their names, in their steps."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.smart_charging.sources.carbon_rows import kg_of, read_emissions

LONDON, COPENHAGEN = ZoneInfo("Europe/London"), ZoneInfo("Europe/Copenhagen")
DAY = date(2026, 1, 15)
NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def drawn(raw: Any, zone: ZoneInfo = LONDON, factor: float = 0.001, zero: datetime = NOON) -> list[str]:
    """From when to when, in hours from noon on, and how many grams."""
    return [
        f"{(slot.start - zero) / HOUR:g}-{(slot.end - zero) / HOUR:g} {1000 * slot.price_per_kwh:.0f}"
        for slot in read_emissions(raw, DAY, zone, factor)
    ]


@pytest.mark.parametrize(
    ("unit", "kg"),
    [
        (None, 0.001),
        ("gCO2eq/kWh", 0.001),
        ("gCO2/kWh", 0.001),
        ("g/kWh", 0.001),
        ("g CO₂e / kWh", 0.001),
        ("kg/kWh", 1.0),
        ("kgCO2/MWh", 0.001),
        ("t/MWh", 1.0),
        ("lbs/MWh", 0.00045359237),
        ("EUR/kWh", None),
        ("gal/kWh", None),
        ("%", None),
        ("", None),
    ],
)
def test_units(unit: str | None, kg: float | None) -> None:
    assert kg_of(unit) == (None if kg is None else pytest.approx(kg))


@pytest.mark.parametrize(
    "row",
    [
        # BottlecapDave/HomeAssistant-CarbonIntensity: api_client, and utils/attributes.py, which makes times local.
        pytest.param(
            lambda at, g: {
                "from": at.astimezone(LONDON),
                "to": at.astimezone(LONDON) + HOUR / 2,
                "intensity_forecast": g,
                "generation_mix": [{"fuel": "wind", "perc": 40.1}],
            },
            id="carbon_intensity",
        ),
        # JRascagneres/HA-NationalGrid, models.py: CarbonForecastItem.
        pytest.param(lambda at, g: {"start_time": at, "intensity": g, "index": "low"}, id="national_grid"),
        # alanmcgore/sensor.carbon_intensity_uk, README.md, and api.carbonintensity.org.uk.
        pytest.param(
            lambda at, g: {"from": f"{at:%Y-%m-%dT%H:%MZ}", "intensity": g, "optimal": True}, id="carbon_intensity_uk"
        ),
        # The same service, as a REST sensor has it.
        pytest.param(
            lambda at, g: {
                "from": f"{at:%Y-%m-%dT%H:%MZ}",
                "to": f"{at + HOUR / 2:%Y-%m-%dT%H:%MZ}",
                "intensity": {"forecast": g, "actual": None, "index": "low"},
            },
            id="rest",
        ),
        # An integration of the Dutch NED, sensor.py: NedCo2CurrentSensor.
        pytest.param(lambda at, g: {"t": at.isoformat(), "g_per_kwh": float(g)}, id="ned"),
    ],
)
def test_rows_of_integrations(row: Any) -> None:
    raw = [row(NOON + half * HOUR / 2, g) for half, g in enumerate((120, 95, 60))]
    assert drawn(raw) == ["0-0.5 120", "0.5-1 95", "1-1.5 60"]


def test_a_day_by_the_clock_as_energi_data_service_has_it() -> None:
    """MTrab/energidataservice, sensor.py: EnergidataserviceCO2Sensor tells each five minutes of today by its local time."""
    midnight = datetime(2026, 1, 15, tzinfo=COPENHAGEN)
    raw = {f"{midnight + step * timedelta(minutes=5):%H:%M}": 100 + step for step in range(288)}
    told = drawn(raw, COPENHAGEN, zero=midnight)
    assert told[:2] == ["0-0.25 100", "0.25-0.5 103"]
    assert (len(told), told[-1]) == (96, "23.75-24 385")


def test_minutes_are_told_by_quarters() -> None:
    raw = [{"start": NOON + minute * HOUR / 60, "value": minute} for minute in range(7, 38)]
    assert drawn(raw) == ["0.25-0.5 15", "0.5-0.75 30"]


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(None, id="nothing"),
        pytest.param("rows", id="text"),
        pytest.param(["a", 5, None, []], id="no rows"),
        pytest.param({"noon": 5, 12: 5, "24:00": 5, "12:60": 5}, id="no clock"),
        pytest.param([{"start": NOON, "price": 100}], id="no figure"),
        pytest.param([{"start": NOON, "intensity": {"actual": None}}], id="none yet"),
        pytest.param([{"start": NOON, "value": -5}], id="less than nothing"),
        pytest.param([{"start": NOON, "value": 120_000}], id="more than there is"),
    ],
)
def test_what_is_none(raw: Any) -> None:
    assert drawn(raw) == []
