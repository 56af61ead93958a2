"""What an energy dashboard names of a home, and the dashboards that name nothing."""

from collections.abc import Mapping
from typing import Any, Final

import pytest
from homeassistant.components.energy.data import async_get_manager
from homeassistant.core import HomeAssistant

from custom_components.smart_charging.sources.home_flows import BatteryPlate, Flow, HomeFlows, Roof, read_home_flows

from .past import set_up_dashboard

GRID: Final[Mapping[str, Any]] = {
    "type": "grid",
    "stat_energy_from": "sensor.imported",
    "stat_energy_to": "sensor.exported",
}
ROOF: Final[Mapping[str, Any]] = {
    "type": "solar",
    "stat_energy_from": "sensor.solar",
    "config_entry_solar_forecast": ["entry_1", "entry_2"],
}
BATTERY: Final[Mapping[str, Any]] = {
    "type": "battery",
    "stat_energy_from": "sensor.discharged",
    "stat_energy_to": "sensor.charged",
}


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        pytest.param([], HomeFlows(), id="nothing"),
        pytest.param([{"type": "gas", "stat_energy_from": "sensor.gas"}], HomeFlows(), id="gas"),
        pytest.param(
            [GRID],
            HomeFlows(grid=(Flow(statistic_id="sensor.imported"), Flow(statistic_id="sensor.exported", sign=-1))),
            id="import adds, export takes off",
        ),
        pytest.param(
            [{**GRID, "stat_energy_to": None, "stat_rate": "sensor.power"}],
            HomeFlows(grid=(Flow(statistic_id="sensor.imported"),)),
            id="what is counted goes before power",
        ),
        pytest.param(
            [{"type": "grid", "stat_energy_from": None, "stat_energy_to": None, "stat_rate": "sensor.power"}],
            HomeFlows(grid=(Flow(statistic_id="sensor.power"),)),
            id="power alone",
        ),
        pytest.param([{"type": "grid", "stat_energy_from": None}], HomeFlows(), id="a grid of which nothing is known"),
        pytest.param(
            [ROOF, {**ROOF, "stat_energy_from": "sensor.shed", "config_entry_solar_forecast": None}],
            HomeFlows(
                roofs=(
                    Roof(statistic_id="sensor.solar", forecast_entries=("entry_1", "entry_2")),
                    Roof(statistic_id="sensor.shed"),
                )
            ),
            id="two roofs, one with forecasts",
        ),
        pytest.param(
            [BATTERY, {**BATTERY, "capacity": 9.6, "stat_soc": "sensor.charge"}],
            HomeFlows(
                battery=(Flow(statistic_id="sensor.discharged"), Flow(statistic_id="sensor.charged", sign=-1)) * 2,
                batteries=(BatteryPlate(), BatteryPlate(capacity_kwh=9.6, soc_entity_id="sensor.charge")),
            ),
            id="batteries, one with its plate",
        ),
    ],
)
async def test_what_the_dashboard_names(
    hass: HomeAssistant, sources: list[Mapping[str, Any]], expected: HomeFlows
) -> None:
    await set_up_dashboard(hass, *sources)
    assert await read_home_flows(hass) == expected


def test_what_a_roof_gives_the_house_takes() -> None:
    roofs = (Roof(statistic_id="sensor.solar"), Roof(statistic_id="sensor.shed"))
    assert HomeFlows(roofs=roofs).solar == (Flow(statistic_id="sensor.solar"), Flow(statistic_id="sensor.shed"))


async def test_without_a_dashboard_nothing_is_named(hass: HomeAssistant) -> None:
    assert await read_home_flows(hass) == HomeFlows()
    hass.config.components.add("energy")
    assert await read_home_flows(hass) == HomeFlows()


@pytest.mark.parametrize("preferences", [{}, {"energy_sources": [{}]}, {"energy_sources": [{"type": "solar"}]}, 17])
async def test_a_dashboard_that_is_not_what_it_used_to_be(hass: HomeAssistant, preferences: Any) -> None:
    await set_up_dashboard(hass)
    (await async_get_manager(hass)).data = preferences
    assert await read_home_flows(hass) == HomeFlows()
