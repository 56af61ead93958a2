"""What a house took, added up from what flowed: hours of which each flow is known, and no car in them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from custom_components.smart_charging.const import DOMAIN
from custom_components.smart_charging.engine.accounting.base_load import HouseHour
from custom_components.smart_charging.engine.model.quantities import Phase
from custom_components.smart_charging.sources.base_load import HouseMeters, house_hour, read_house_hours
from custom_components.smart_charging.sources.home_flows import Flow, HomeFlows, Roof
from custom_components.smart_charging.sources.meter_catalogue import Role
from custom_components.smart_charging.sources.meter_finder import MeterChannel

from .home import GARAGE, Home
from .past import remember_energy, remember_power

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GRID = (Flow(statistic_id="sensor.imported"), Flow(statistic_id="sensor.exported", sign=-1))
NET = MeterChannel(role=Role.NET, phase=None, entity_id="sensor.grid")


def hours(*kw: float | None) -> dict[datetime, float]:
    """From noon on; None is not known."""
    return {NOON + timedelta(hours=number): value for number, value in enumerate(kw) if value is not None}


def channel(role: Role, phase: Phase | None = None) -> MeterChannel:
    return MeterChannel(role=role, phase=phase, entity_id=f"sensor.{role}_{phase or 'all'}")


async def house(hass: HomeAssistant, meters: HouseMeters, home: HomeFlows) -> list[float]:
    told = await read_house_hours(hass, meters, home, NOON + timedelta(days=1))
    return [round(hour.kw, 6) for hour in told]


@pytest.mark.usefixtures("recorder_mock")
async def test_grid_and_roof_less_battery_and_cars(hass: HomeAssistant) -> None:
    registry = er.async_get(hass)
    sensor = registry.async_get_or_create("sensor", DOMAIN, f"{GARAGE}_power", suggested_object_id="garage_power")
    await remember_energy(hass, "sensor.imported", hours(0, 3, 0, 1))
    await remember_energy(hass, "sensor.exported", hours(0, 0, 1.5, 0))
    await remember_energy(hass, "sensor.solar", hours(0, 1, 4, 0))
    await remember_energy(hass, "sensor.discharged", hours(0, 0, 0, 0.5))
    await remember_energy(hass, "sensor.charged", hours(0, 0, 2, 0))
    await remember_power(hass, sensor.entity_id, hours(0, 3600, 0, 900))
    home = HomeFlows(
        grid=GRID,
        roofs=(Roof(statistic_id="sensor.solar"),),
        battery=(Flow(statistic_id="sensor.discharged"), Flow(statistic_id="sensor.charged", sign=-1)),
    )
    assert await house(hass, HouseMeters(channels=(NET,), evse_ids=(GARAGE,)), home) == [0, 0.4, 0.5, 0.6]


@pytest.mark.usefixtures("recorder_mock")
async def test_an_hour_that_one_of_them_does_not_tell_is_not_known(hass: HomeAssistant) -> None:
    sensor = er.async_get(hass).async_get_or_create("sensor", DOMAIN, f"{GARAGE}_power")
    await remember_energy(hass, "sensor.imported", hours(0, 1, 2, 3))
    await remember_energy(hass, "sensor.exported", hours(0, 0, 0, 0))
    await remember_power(hass, sensor.entity_id, hours(None, None, 500, None))
    meters = HouseMeters(channels=(NET,), evse_ids=(GARAGE,))
    assert await house(hass, meters, HomeFlows(grid=GRID)) == [1.5]
    shed = HomeFlows(grid=GRID, roofs=(Roof(statistic_id="sensor.shed"),))
    assert await house(hass, meters, shed) == []


@pytest.mark.usefixtures("recorder_mock")
async def test_who_has_no_sensor_of_a_charger_knows_nothing(hass: HomeAssistant) -> None:
    await remember_power(hass, "sensor.grid", hours(500))
    assert await house(hass, HouseMeters(channels=(NET,)), HomeFlows()) == [0.5]
    assert await house(hass, HouseMeters(channels=(NET,), evse_ids=(GARAGE,)), HomeFlows()) == []


@pytest.mark.parametrize(
    ("meters", "watts", "expected"),
    [
        pytest.param(HouseMeters(channels=(NET,)), {"sensor.grid": 500}, [0.5], id="one sensor"),
        pytest.param(HouseMeters(channels=(NET,), inverted=True), {"sensor.grid": -500}, [0.5], id="inverted"),
        pytest.param(
            HouseMeters(channels=(channel(Role.IMPORT), channel(Role.EXPORT))),
            {"sensor.import_all": 700, "sensor.export_all": 200},
            [0.5],
            id="import and export",
        ),
        pytest.param(
            HouseMeters(channels=tuple(channel(Role.NET, phase) for phase in Phase)),
            {"sensor.net_l1": 300, "sensor.net_l2": 400, "sensor.net_l3": -200},
            [0.5],
            id="phases",
        ),
        pytest.param(
            HouseMeters(channels=(NET, channel(Role.NET, Phase.L1))),
            {"sensor.grid": 500, "sensor.net_l1": 400},
            [0.5],
            id="the total goes before phases",
        ),
        pytest.param(
            HouseMeters(channels=(NET,), battery=(Flow(statistic_id="sensor.battery", sign=-1),)),
            {"sensor.grid": 1500, "sensor.battery": 1000},
            [0.5],
            id="a battery that the user named",
        ),
        pytest.param(HouseMeters(channels=(NET,)), {}, [], id="a meter of which nobody keeps statistics"),
    ],
)
@pytest.mark.usefixtures("recorder_mock")
async def test_without_a_dashboard_the_supply_s_meter_tells(
    hass: HomeAssistant,
    meters: HouseMeters,
    watts: Mapping[str, float],
    expected: list[float],
) -> None:
    for statistic_id, mean in watts.items():
        await remember_power(hass, statistic_id, hours(mean))
    assert await house(hass, meters, HomeFlows()) == expected


@pytest.mark.usefixtures("recorder_mock")
async def test_amperes_tell_no_power(hass: HomeAssistant) -> None:
    await remember_power(hass, "sensor.grid", hours(3), unit="A")
    assert await house(hass, HouseMeters(channels=(NET,)), HomeFlows()) == []


async def test_hours_are_those_of_the_house_s_clock(hass: HomeAssistant) -> None:
    await hass.config.async_set_time_zone("Europe/Paris")
    assert house_hour(datetime(2026, 7, 1, 23, tzinfo=UTC), 0.4) == HouseHour(day=date(2026, 7, 2), hour=1, kw=0.4)
    await hass.config.async_set_time_zone("Asia/Kolkata")
    assert house_hour(datetime(2026, 7, 1, 23, tzinfo=UTC), 0.4) == HouseHour(day=date(2026, 7, 2), hour=4, kw=0.4)


async def test_a_charger_s_sensor_is_found_where_it_is_made(home: Home) -> None:
    await home.set_up()
    assert er.async_get(home.hass).async_get_entity_id("sensor", DOMAIN, f"{GARAGE}_power") == "sensor.garage_power"
