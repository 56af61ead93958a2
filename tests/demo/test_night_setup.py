"""What is asked of Home Assistant for a night, against one that only writes down and walks through every flow."""

from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, override
from unittest.mock import Mock

import pytest

from demo.api import Api
from demo.history import import_history
from demo.night import Knows
from demo.night_setup import choose_smart, publish_battery, say_what_is_wanted, set_up_night
from demo.peers import Bay
from demo.scenario import make_scenario

NIGHT = make_scenario("off-peak-night")
FLOW = "/api/config/config_entries/subentries/flow"
STEPS = {
    "tariff": ["user", "ready", "ready_prices", "extras", "preview"],
    "vehicle": ["details", "links"],
}
PARTS = {
    "charger": {"g": "Garage", "c": "Carport", "s": "Street"},
    "vehicle": {"f": "Family car", "y": "City car"},
}
KEYS = {"charger": ("mode", "x_power"), "vehicle": ("wanted", "soc_now")}


class Told(Api):
    """Writes down what is posted and commanded."""

    def __init__(self) -> None:
        super().__init__("", Mock())
        self.posted: list[tuple[str, Mapping[str, Any]]] = []
        self.commands: list[tuple[str, Mapping[str, Any]]] = []
        self._left: deque[str] = deque()

    @override
    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        body = body or {}
        self.posted.append((path, body))
        if path == FLOW:
            self._left = deque(STEPS[body["handler"][1]])
        elif path.startswith(FLOW) and self._left:
            self._left.popleft()
        if not path.startswith(FLOW):
            return {}
        form = {"type": "form", "flow_id": "f", "step_id": self._left[0]} if self._left else {"type": "create_entry"}
        return {**form, "errors": {}}

    @override
    async def command(self, kind: str, **fields: Any) -> Any:
        self.commands.append((kind, fields))
        match kind:
            case "config_entries/get_single":
                return {"config_entry": {"state": "loaded"}}
            case "config_entries/subentries/list":
                return [
                    {"subentry_id": part_id, "title": name, "subentry_type": part}
                    for part, names in PARTS.items()
                    for part_id, name in names.items()
                ]
            case "config/entity_registry/list":
                own = [
                    {"platform": "smart_charging", "unique_id": f"{part_id}_{key}", "translation_key": key}
                    | _id(name, key)
                    for part, names in PARTS.items()
                    for part_id, name in names.items()
                    for key in KEYS[part]
                ]
                meter = [
                    {"platform": "dsmr", "unique_id": "-", "translation_key": key} | _id("meter", key)
                    for way in ("used", "delivered")
                    for key in (f"electricity_{way}_tariff_1", f"electricity_{way}_tariff_2")
                ]
                return own + meter
        return {}

    def said(self) -> list[Mapping[str, Any]]:
        """What was said to flows, but for their beginnings."""
        return [body for path, body in self.posted if path.startswith(f"{FLOW}/")]


def _id(name: str, key: str) -> dict[str, str]:
    return {"entity_id": f"{name} {key}"}


def bay_of(knows: Knows) -> Bay:
    (spec,) = (bay for bay in NIGHT.bays if bay.visit is not None and bay.visit.knows is knows)
    return Bay(spec, seed=1, on_command=lambda _: None)


async def test_the_tariff_and_the_cars_that_are_at_home_are_added() -> None:
    api = Told()
    assert NIGHT.night is not None
    await set_up_night(api, "e", NIGHT, NIGHT.night.tariff)
    _, _, prices, _, _, family, family_links, city, city_links = api.said()
    assert prices == {"hours": "22:30-06:30", "standard_time": False, "off_peak": 0.16, "peak": 0.21}
    assert (family["name"], family["capacity_kwh"], family["phases"]) == ("Family car", 52.0, "1")
    assert family_links == {"usual_charger": "g", "soc": "sensor.family_car_battery"}
    assert city["name"] == "City car"
    assert city_links == {"usual_charger": "c"}


async def test_all_chargers_charge_when_it_is_cheap() -> None:
    api = Told()
    await choose_smart(api, "e")
    assert [body["entity_id"] for _, body in api.posted] == ["Garage mode", "Carport mode", "Street mode"]
    assert {path for path, _ in api.posted} == {"/api/services/select/select_option"}


@pytest.mark.parametrize(
    ("knows", "said"),
    [
        (Knows.SENSOR, [("set_goal", {"entity_id": "Family car wanted", "soc": 80, "departure": "07:15:00"})]),
        (
            Knows.PERSON,
            [
                ("set_value", {"entity_id": "City car soc_now", "value": 35}),
                ("set_goal", {"entity_id": "City car wanted", "soc": 80, "departure": "06:30:00"}),
            ],
        ),
        (Knows.NOBODY, [("set_goal", {"entity_id": "Street mode", "energy_kwh": 10.0, "departure": "08:00:00"})]),
    ],
)
async def test_who_comes_home_says_what_is_wanted(knows: Knows, said: list[tuple[str, Mapping[str, Any]]]) -> None:
    api, bay = Told(), bay_of(knows)
    assert bay.spec.visit is not None
    await say_what_is_wanted(api, "e", bay, bay.spec.visit)
    assert [(path.rpartition("/")[2], body) for path, body in api.posted] == said


async def test_a_car_with_a_sensor_tells_its_charge_and_no_other_does() -> None:
    api = Told()
    for knows in Knows:
        await publish_battery(api, bay_of(knows))
    ((path, body),) = api.posted
    assert path == "/api/states/sensor.family_car_battery"
    assert (body["state"], body["attributes"]["unit_of_measurement"]) == (42, "%")


async def test_the_recorder_is_told_of_the_meter_and_of_idle_chargers() -> None:
    api = Told()
    await import_history(api, "e", {datetime(2026, 1, 15, 16, tzinfo=UTC): 1.5})
    told = {fields["metadata"]["statistic_id"]: fields for kind, fields in api.commands if "import" in kind}
    assert set(told) == {
        *(f"meter electricity_{way}_tariff_{tariff}" for way in ("used", "delivered") for tariff in (1, 2)),
        *(f"{name} x_power" for name in PARTS["charger"].values()),
    }
    idle = told["Garage x_power"]
    assert (idle["metadata"]["has_sum"], idle["metadata"]["unit_of_measurement"]) == (False, "W")
    assert idle["stats"] == [{"start": "2026-01-15T16:00:00+00:00", "mean": 0.0, "min": 0.0, "max": 0.0}]
