"""Sets up what a night needs besides: the tariff, the vehicles, the chargers' modes; and says what is wanted of each car."""

from typing import Any, Final

from .api import Api
from .night import Knows, Tariff, Visit
from .peers import Bay
from .scenario import BaySpec, Scenario
from .setup_flow import Answers, add_subentry, part_entities, subentries
from .visits import told_percent

SERVICES: Final = "/api/services"


def battery_entity(visit: Visit) -> str:
    """The sensor by which a car tells how full it is."""
    return f"sensor.{visit.car.lower().replace(' ', '_')}_battery"


async def publish_battery(api: Api, bay: Bay) -> None:
    """Have the car tell how full it is, if it is one that does."""
    visit = bay.spec.visit
    if visit is None or visit.knows is not Knows.SENSOR:
        return
    attributes = {
        "friendly_name": f"{visit.car} battery",
        "unit_of_measurement": "%",
        "device_class": "battery",
    }
    await api.post(f"/api/states/{battery_entity(visit)}", {"state": told_percent(bay.car), "attributes": attributes})


async def set_up_night(api: Api, entry_id: str, scenario: Scenario, tariff: Tariff) -> None:
    """Add the tariff and the vehicles; the sensors of the cars are there already."""
    await add_tariff(api, entry_id, tariff)
    chargers = {name: charger_id for charger_id, name in (await subentries(api, entry_id, "charger")).items()}
    for bay in scenario.bays:
        if bay.visit is not None and bay.visit.knows is not Knows.NOBODY:
            await add_vehicle(api, entry_id, bay, bay.visit, charger_id=chargers[bay.name])


async def add_tariff(api: Api, entry_id: str, tariff: Tariff) -> None:
    """Add the French tariff of peak and off-peak hours."""
    prices = {
        "hours": tariff.hours,
        "standard_time": False,
        "off_peak": tariff.off_peak,
        "peak": tariff.peak,
    }
    answers: Answers = {
        "user": {"next_step_id": "ready"},
        "ready": {"ready": "fr_hp_hc"},
        "ready_prices": prices,
        "extras": {"grid_fee": {}, "peak": {}},
        "preview": {"next_step_id": "save"},
    }
    await add_subentry(api, entry_id, "tariff", answers)


async def add_vehicle(api: Api, entry_id: str, bay: BaySpec, visit: Visit, *, charger_id: str) -> None:
    """Add the car that usually stands there."""
    details = {
        "name": visit.car,
        "capacity_kwh": bay.car.capacity_kwh,
        "phases": str(bay.car.phases),
        "maximum_a": bay.car.maximum_a,
        "minimum_a": 6,
        "limit_pct": 100,
        "least_pct": 0,
        "consumption": 17,
        "consumption_unit": "kwh_per_100_km",
        "continuous": False,
    }
    links: dict[str, Any] = {"usual_charger": charger_id}
    if visit.knows is Knows.SENSOR:
        links["soc"] = battery_entity(visit)
    await add_subentry(api, entry_id, "vehicle", {"details": details, "links": links})


async def choose_smart(api: Api, entry_id: str) -> None:
    """Have every charger charge when it is cheap."""
    for keys in (await part_entities(api, entry_id, "charger")).values():
        await api.post(f"{SERVICES}/select/select_option", {"entity_id": keys["mode"], "option": "smart"})


async def say_what_is_wanted(api: Api, entry_id: str, bay: Bay, visit: Visit) -> None:
    """What a person does who has plugged a car in: says how full it is, if nobody else does, and what is wanted."""
    wanted: dict[str, Any] = {"departure": f"{visit.leaves:%H:%M:%S}"}
    if visit.knows is Knows.NOBODY:
        keys = (await part_entities(api, entry_id, "charger"))[bay.spec.name]
        wanted |= {"entity_id": keys["mode"], "energy_kwh": visit.wanted_kwh}
    else:
        keys = (await part_entities(api, entry_id, "vehicle"))[visit.car]
        wanted |= {"entity_id": keys["wanted"], "soc": round((visit.wanted_soc or 0.0) * 100)}
    if visit.knows is Knows.PERSON:
        told = {"entity_id": keys["soc_now"], "value": told_percent(bay.car)}
        await api.post(f"{SERVICES}/number/set_value", told)
    await api.post(f"{SERVICES}/smart_charging/set_goal", wanted)
