"""A new site, walked step by step as its owner does; and each wrong turn, after which the flow can still be completed."""

import socket
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_USER, ConfigSubentry, ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from custom_components.smart_charging.const import DOMAIN

from .flow_helpers import (
    SITE_DATA,
    Result,
    Sensor,
    add_meter,
    add_site,
    dsmr_sensors,
    let_speak,
    options_of,
    pass_time,
    say,
    settle,
    suggested,
)
from .parts import charger, circuit, load, metered, part

pytestmark = pytest.mark.usefixtures("without_set_up")

LIMIT = {"phases": "3", "limit_unit": "a", "limit": 25, "voltage_v": 230}
NET_TOTAL = {"phases": "1", "direction": "net", "detail": "total"}


@pytest.fixture
def port(socket_enabled: None) -> int:
    """A port of this machine that nobody listens on."""
    del socket_enabled
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def start(hass: HomeAssistant) -> Result:
    return await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})


async def answer(hass: HomeAssistant, flow: Result, answers: dict[str, Any] | None = None) -> Result:
    return await hass.config_entries.flow.async_configure(flow["flow_id"], answers)


async def choose(hass: HomeAssistant, flow: Result, step: str) -> Result:
    return await answer(hass, flow, {"next_step_id": step})


async def reach_confirm(hass: HomeAssistant, freezer: FrozenDateTimeFactory, **sayings: str) -> Result:
    """Choose one signed sensor, `sensor.grid`, by hand, and let it speak each second."""
    say(hass, "sensor.grid", "0")
    flow = await start(hass)
    if flow["step_id"] == "meter":
        flow = await answer(hass, flow, {"meter": "manual"})
    flow = await answer(hass, flow, NET_TOTAL)
    flow = await answer(hass, flow, {"net": "sensor.grid"})
    assert (flow["type"], flow["step_id"]) == (FlowResultType.SHOW_PROGRESS, "measure")
    await let_speak(hass, freezer, sayings or {"sensor.grid": "-1230"})
    return await answer(hass, flow)


async def reach_limit(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Result:
    return await answer(hass, await reach_confirm(hass, freezer), {"inverted": True})


async def complete(hass: HomeAssistant, flow: Result, port: int) -> Result:
    """From the `limit` step to the end."""
    flow = await answer(hass, flow, LIMIT)
    assert flow["step_id"] == "server", flow.get("errors")
    flow = await answer(hass, flow, {"host": "127.0.0.1", "port": port})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    return flow


async def test_a_known_meter_that_tells_each_phase(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, port: int
) -> None:
    ids = add_meter(hass, "dsmr", dsmr_sensors(enabled=True), device_name="Electricity meter")

    flow = await start(hass)
    assert flow["step_id"] == "meter"
    labels = options_of(flow, "meter")
    assert list(labels.values()) == [
        "Electricity meter (DSMR): each phase, import and export",
        "Choose the sensors myself",
    ]
    flow = await answer(hass, flow, {"meter": next(iter(labels))})
    await let_speak(
        hass,
        freezer,
        {
            ids["E1_instantaneous_active_power_l1_positive"]: "0.69",
            ids["E1_instantaneous_active_power_l1_negative"]: "0",
            ids["E1_instantaneous_active_power_l2_positive"]: "1.15",
            ids["E1_instantaneous_active_power_l2_negative"]: "0",
            ids["E1_instantaneous_active_power_l3_positive"]: "0",
            ids["E1_instantaneous_active_power_l3_negative"]: "0.46",
        },
    )
    flow = await answer(hass, flow)
    assert flow["step_id"] == "confirm"
    assert flow["description_placeholders"] == {
        "reading": "1.4 kW (L1 3.0 A, L2 5.0 A, L3 -2.0 A)",
        "period": "1.0 s",
    }
    assert flow["data_schema"].schema == {}
    flow = await answer(hass, flow, {})
    assert flow["step_id"] == "limit"
    assert suggested(flow) == {"phases": "3", "voltage_v": 230.0}
    flow = await complete(hass, flow, port)

    entry = flow["result"]
    assert entry.title == hass.config.location_name
    assert entry.unique_id == ",".join(sorted(id_ for key, id_ in ids.items() if "_l" in key))
    assert entry.data == {
        "phases": 3,
        "voltage_v": 230,
        "limit_unit": "a",
        "limit": 25,
        "meter": [
            {"role": role, "phase": f"l{phase}", "entity_id": ids[f"E1_instantaneous_active_power_l{phase}_{way}"]}
            for role, way in (("import", "positive"), ("export", "negative"))
            for phase in (1, 2, 3)
        ],
        "meter_inverted": False,
        "meter_period_s": 1.0,
        "host": "127.0.0.1",
        "port": port,
    }


async def test_over_http_as_a_page_walks_it(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, port: int, hass_client: ClientSessionGenerator
) -> None:
    await async_setup_component(hass, "config", {})
    (grid,) = add_meter(hass, "teslemetry", {"1-grid_power": Sensor(state="800")}).values()
    client = await hass_client()
    path = "/api/config/config_entries/flow"

    step = await (await client.post(path, json={"handler": DOMAIN})).json()
    assert step["step_id"] == "meter"
    assert (
        step["data_schema"][0]["selector"]["select"]["options"][0]["label"] == "Meter (Tesla): total, import and export"
    )
    path = f"{path}/{step['flow_id']}"
    step = await (await client.post(path, json={"meter": step["data_schema"][0]["default"]})).json()
    assert (step["type"], step["progress_action"]) == ("progress", "measure")
    await let_speak(hass, freezer, {grid: "800"})
    step = await (await client.get(path)).json()
    assert (step["step_id"], step["description_placeholders"]["reading"]) == ("confirm", "800 W")
    for answers in ({"inverted": False}, LIMIT, {"port": port, "host": "127.0.0.1"}):
        step = await (await client.post(path, json=answers)).json()

    assert step["type"] == "create_entry"


async def test_what_the_meter_says_is_shown_live(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, hass_ws_client: WebSocketGenerator
) -> None:
    flow = await reach_confirm(hass, freezer)
    assert flow["preview"] == DOMAIN
    client = await hass_ws_client(hass)

    async def preview(flow_id: str, *, inverted: bool) -> dict[str, Any]:
        await client.send_json_auto_id(
            {
                "type": "smart_charging/start_preview",
                "flow_id": flow_id,
                "flow_type": "config_flow",
                "user_input": {"inverted": inverted},
            }
        )
        answered: dict[str, Any] = await client.receive_json()
        return answered

    assert (await preview(flow["flow_id"], inverted=True))["success"]
    assert (await client.receive_json())["event"]["state"] == "unknown"
    say(hass, "sensor.grid", "-700")
    assert (await client.receive_json())["event"] == {
        "state": "700",
        "attributes": {
            "friendly_name": "Power from the grid",
            "device_class": "power",
            "unit_of_measurement": "W",
        },
    }
    hass.config_entries.flow.async_abort(flow["flow_id"])
    assert (await preview(flow["flow_id"], inverted=False))["error"]["code"] == "not_found"


async def test_one_signed_sensor_the_wrong_way_round(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, port: int
) -> None:
    flow = await reach_confirm(hass, freezer)
    assert flow["description_placeholders"] == {"reading": "-1.2 kW", "period": "1.0 s"}
    flow = await answer(hass, flow, {"inverted": True})
    assert suggested(flow)["phases"] == "1"
    flow = await complete(hass, flow, port)

    data = flow["result"].data
    assert data["meter"] == [{"role": "net", "phase": None, "entity_id": "sensor.grid"}]
    assert data["meter_inverted"] is True


@pytest.mark.parametrize(
    ("manual", "sensors", "phases", "reading"),
    [
        (
            {"phases": "1", "direction": "import_export", "detail": "total"},
            {"import": ("300", "W"), "export": ("0", "W")},
            [None, None],
            "300 W",
        ),
        (
            {"phases": "1", "direction": "import", "detail": "per_phase"},
            {"import_l1": ("4", "A")},
            ["l1"],
            "920 W (L1 4.0 A)",
        ),
        ({"phases": "1", "direction": "net", "detail": "total"}, {"net": ("4", "A")}, [None], "920 W"),
        (
            {"phases": "3", "direction": "net", "detail": "per_phase"},
            {"net_l1": ("2.3", "kVA"), "net_l2": ("230", "VA"), "net_l3": ("1", "A")},
            ["l1", "l2", "l3"],
            "2.8 kW (L1 10.0 A, L2 1.0 A, L3 1.0 A)",
        ),
    ],
    ids=["two sensors", "a current", "a current in total", "three phases"],
)
async def test_sensors_chosen_by_hand(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    port: int,
    manual: dict[str, Any],
    sensors: dict[str, tuple[str, str]],
    phases: list[str | None],
    reading: str,
) -> None:
    chosen = {field: f"sensor.{field}" for field in sensors}
    for field, (value, unit) in sensors.items():
        say(hass, chosen[field], value, unit)

    flow = await answer(hass, await start(hass), manual)
    assert list(flow["data_schema"].schema) == list(sensors)
    flow = await answer(hass, flow, chosen)
    await let_speak(hass, freezer, {chosen[field]: value for field, (value, _) in sensors.items()})
    flow = await answer(hass, flow)

    assert flow["description_placeholders"]["reading"] == reading
    flow = await answer(hass, flow, {})
    assert suggested(flow)["phases"] == manual["phases"]
    flow = await answer(hass, flow, {**LIMIT, "phases": manual["phases"]})
    flow = await answer(hass, flow, {"host": "127.0.0.1", "port": port})
    assert [channel["phase"] for channel in flow["result"].data["meter"]] == phases


async def test_phases_are_switched_on(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    ids = add_meter(hass, "dsmr", dsmr_sensors())
    per_phase = {entity_id: "0.2" for key, entity_id in ids.items() if "_l" in key}

    flow = await start(hass)
    flow = await answer(hass, flow, {"meter": next(iter(options_of(flow, "meter")))})
    assert flow["step_id"] == "enable_phases"
    assert all(entity_id in flow["description_placeholders"]["sensors"] for entity_id in per_phase)
    flow = await answer(hass, flow, {"enable": True})
    assert (flow["type"], flow["step_id"]) == (FlowResultType.SHOW_PROGRESS, "enabling")
    registry = er.async_get(hass)
    assert all(registry.entities[entity_id].disabled_by is None for entity_id in per_phase)
    # Home Assistant reloads the integration, and the sensors come to life one after the other.
    for entity_id in per_phase:
        say(hass, entity_id, "0.2", "kW")
    await settle(hass)
    flow = await answer(hass, flow)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.SHOW_PROGRESS, "measure")
    await let_speak(hass, freezer, per_phase)
    flow = await answer(hass, flow)

    assert flow["step_id"] == "confirm"
    assert flow["description_placeholders"]["reading"].endswith("(L1 0.0 A, L2 0.0 A, L3 0.0 A)")
    hass.config_entries.flow.async_abort(flow["flow_id"])


async def test_phases_that_stay_silent(hass: HomeAssistant, freezer: FrozenDateTimeFactory, port: int) -> None:
    ids = add_meter(hass, "dsmr", dsmr_sensors())
    total = {ids["E1_current_electricity_usage"]: "1.2", ids["E1_current_electricity_delivery"]: "0"}

    flow = await start(hass)
    flow = await answer(hass, flow, {"meter": next(iter(options_of(flow, "meter")))})
    flow = await answer(hass, flow, {"enable": True})
    await pass_time(hass, freezer, 121)
    flow = await answer(hass, flow)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.MENU, "phases_silent")
    assert flow["menu_options"] == ["enabling", "total_only", "meter"]
    flow = await choose(hass, flow, "enabling")
    assert flow["type"] is FlowResultType.SHOW_PROGRESS
    await pass_time(hass, freezer, 121)
    flow = await choose(hass, await answer(hass, flow), "total_only")
    await let_speak(hass, freezer, total)
    flow = await answer(hass, await answer(hass, flow), {})
    flow = await complete(hass, flow, port)

    assert {channel["entity_id"] for channel in flow["result"].data["meter"]} == set(total)


async def test_phases_that_are_not_wanted(hass: HomeAssistant) -> None:
    ids = add_meter(hass, "dsmr", dsmr_sensors())

    flow = await start(hass)
    flow = await answer(hass, flow, {"meter": next(iter(options_of(flow, "meter")))})
    flow = await answer(hass, flow, {"enable": False})

    assert (flow["type"], flow["step_id"]) == (FlowResultType.SHOW_PROGRESS, "measure")
    assert er.async_get(hass).entities[ids["E1_instantaneous_active_power_l1_positive"]].disabled
    hass.config_entries.flow.async_abort(flow["flow_id"])


async def test_a_meter_that_tells_nothing_without_its_disabled_sensors(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    add_meter(hass, "teleinfo", {"9_PAPP": Sensor(state=None)})

    flow = await start(hass)
    flow = await answer(hass, flow, {"meter": next(iter(options_of(flow, "meter")))})
    flow = await answer(hass, flow, {"enable": True})
    await pass_time(hass, freezer, 121)
    flow = await answer(hass, flow)
    assert flow["menu_options"] == ["enabling", "meter"]
    flow = await choose(hass, flow, "meter")
    assert flow["step_id"] == "meter"


async def test_not_switching_on_the_only_sensor_leads_back_to_the_meters(hass: HomeAssistant) -> None:
    add_meter(hass, "teleinfo", {"9_PAPP": Sensor(state=None)})

    flow = await start(hass)
    flow = await answer(hass, flow, {"meter": next(iter(options_of(flow, "meter")))})
    flow = await answer(hass, flow, {"enable": False})

    assert flow["step_id"] == "meter"


async def test_a_sensor_is_refused_with_a_reason_in_its_field(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, port: int
) -> None:
    registry = er.async_get(hass)
    own = registry.async_get_or_create("sensor", DOMAIN, "load").entity_id
    disabled = registry.async_get_or_create(
        "sensor", "template", "off", disabled_by=er.RegistryEntryDisabler.USER
    ).entity_id
    say(hass, own, "5")
    say(hass, "sensor.no_unit", "5", None)
    say(hass, "sensor.energy", "5", "kWh")
    say(hass, "sensor.asleep", "unavailable", None)
    say(hass, "sensor.amperes", "5", "A")
    say(hass, "sensor.grid", "5")
    two = {"phases": "3", "direction": "import_export", "detail": "total"}

    flow = await answer(hass, await start(hass), two)
    for wrong, error in (
        (own, "own_entity"),
        (disabled, "entity_disabled"),
        ("sensor.nobody", "entity_missing"),
        ("sensor.no_unit", "no_unit"),
        ("sensor.energy", "wrong_unit"),
        ("sensor.asleep", "not_a_number"),
        ("sensor.amperes", "total_in_amperes"),
        ("sensor.grid", "same_entity"),
    ):
        flow = await answer(hass, flow, {"import": "sensor.grid", "export": wrong})
        assert flow["errors"] == {"export": error}
        assert suggested(flow) == {"import": "sensor.grid", "export": wrong}

    say(hass, "sensor.out", "0")
    flow = await answer(hass, flow, {"import": "sensor.grid", "export": "sensor.out"})
    await let_speak(hass, freezer, {"sensor.grid": "5", "sensor.out": "0"})
    flow = await answer(hass, await answer(hass, flow), {})
    await complete(hass, flow, port)


async def test_a_meter_is_used_by_one_site_only(hass: HomeAssistant, freezer: FrozenDateTimeFactory, port: int) -> None:
    ids = add_meter(hass, "kostal_plenticore", {"e_devices:local_Grid_P": Sensor(state="10")})
    (grid,) = ids.values()
    add_site(hass, meter=[{"role": "net", "phase": None, "entity_id": grid}])

    flow = await start(hass)
    found = next(iter(options_of(flow, "meter")))
    flow = await answer(hass, flow, {"meter": found})
    assert flow["errors"] == {"meter": "already_configured"}
    assert suggested(flow) == {"meter": found}
    flow = await answer(hass, flow, {"meter": "manual"})
    flow = await answer(hass, flow, NET_TOTAL)
    flow = await answer(hass, flow, {"net": grid})
    assert flow["errors"] == {"base": "already_configured"}
    say(hass, "sensor.grid", "5")
    flow = await answer(hass, flow, {"net": "sensor.grid"})
    await let_speak(hass, freezer, {"sensor.grid": "5"})
    flow = await answer(hass, await answer(hass, flow), {"inverted": False})
    await complete(hass, flow, port)


@pytest.mark.parametrize(
    ("platform", "sensors", "step"),
    [
        ("dsmr", dsmr_sensors(phases=0), "confirm_slow_dsmr"),
        ("linkytic", {"9_papp": Sensor(state="900", unit="VA")}, "confirm_slow_linkytic"),
        ("teleinfo", {"9_PAPP": Sensor(state="900", unit="VA")}, "confirm_slow"),
    ],
)
async def test_a_slow_meter_is_named_with_what_to_do(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    port: int,
    platform: str,
    sensors: dict[str, Sensor],
    step: str,
) -> None:
    ids = add_meter(hass, platform, sensors)

    flow = await start(hass)
    flow = await answer(hass, flow, {"meter": next(iter(options_of(flow, "meter")))})
    await pass_time(hass, freezer, 13)
    assert (await answer(hass, flow))["type"] is FlowResultType.SHOW_PROGRESS
    await let_speak(hass, freezer, dict.fromkeys(ids.values(), "0.5"), times=1, each_s=17)
    flow = await answer(hass, flow)
    assert flow["step_id"] == step
    assert flow["description_placeholders"]["period"] == "30.0 s"
    flow = await answer(hass, flow, {})
    flow = await complete(hass, flow, port)

    assert flow["result"].data["meter_period_s"] == 30.0


async def test_a_silent_meter(hass: HomeAssistant, freezer: FrozenDateTimeFactory, port: int) -> None:
    say(hass, "sensor.grid", "5")

    flow = await answer(hass, await start(hass), NET_TOTAL)
    flow = await answer(hass, flow, {"net": "sensor.grid"})
    await pass_time(hass, freezer, 13)
    await pass_time(hass, freezer, 58)
    flow = await answer(hass, flow)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.MENU, "meter_silent")
    flow = await choose(hass, flow, "measure")
    await pass_time(hass, freezer, 13)
    await pass_time(hass, freezer, 58)
    flow = await choose(hass, await answer(hass, flow), "meter")
    assert flow["step_id"] == "meter_manual"
    assert suggested(flow) == NET_TOTAL
    flow = await answer(hass, flow, NET_TOTAL)
    flow = await answer(hass, flow, {"net": "sensor.grid"})
    await pass_time(hass, freezer, 13)
    await pass_time(hass, freezer, 58)
    flow = await choose(hass, await answer(hass, flow), "confirm_silent")
    assert flow["step_id"] == "confirm_silent"
    assert flow["description_placeholders"]["reading"] == "-"
    flow = await answer(hass, flow, {"inverted": False})
    flow = await complete(hass, flow, port)

    assert flow["result"].data["meter_period_s"] == 60.0


async def test_what_is_no_number_is_no_word_from_the_meter(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    say(hass, "sensor.grid", "5")

    flow = await answer(hass, await start(hass), NET_TOTAL)
    flow = await answer(hass, flow, {"net": "sensor.grid"})
    await let_speak(hass, freezer, {"sensor.grid": "unavailable"}, times=11)
    hass.states.async_remove("sensor.grid")
    await pass_time(hass, freezer, 2)
    await pass_time(hass, freezer, 60)

    assert (await answer(hass, flow))["step_id"] == "meter_silent"


async def test_a_meter_that_speaks_seldom_is_heard_for_the_whole_window(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    say(hass, "sensor.grid", "5")

    flow = await answer(hass, await start(hass), NET_TOTAL)
    flow = await answer(hass, flow, {"net": "sensor.grid"})
    await let_speak(hass, freezer, {"sensor.grid": "5"}, times=3, each_s=4.1)
    flow = await answer(hass, flow)

    assert flow["step_id"] == "confirm"
    assert flow["description_placeholders"]["period"] == "4.1 s"


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"limit": 0}, {"limit": "limit_not_positive"}),
        ({"voltage_v": 400}, {"voltage_v": "voltage_out_of_range"}),
    ],
)
async def test_an_impossible_limit(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    port: int,
    wrong: dict[str, Any],
    errors: dict[str, str],
) -> None:
    flow = await answer(hass, await reach_limit(hass, freezer), {**LIMIT, **wrong})

    assert flow["errors"] == errors
    assert suggested(flow) == {**LIMIT, **wrong}
    await complete(hass, flow, port)


async def test_the_limit_s_phases_are_the_meter_s(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    sensors = {f"net_l{phase}": f"sensor.l{phase}" for phase in (1, 2, 3)}
    for entity_id in sensors.values():
        say(hass, entity_id, "5")
    flow = await answer(hass, await start(hass), {"phases": "3", "direction": "net", "detail": "per_phase"})
    flow = await answer(hass, flow, sensors)
    await let_speak(hass, freezer, dict.fromkeys(sensors.values(), "5"))
    flow = await answer(hass, await answer(hass, flow), {"inverted": False})
    flow = await answer(hass, flow, {**LIMIT, "phases": "1"})
    assert flow["errors"] == {"phases": "meter_has_more_phases"}
    assert (await answer(hass, flow, LIMIT))["step_id"] == "server"

    say(hass, "sensor.one", "5")
    flow = await answer(hass, await start(hass), {"phases": "1", "direction": "net", "detail": "per_phase"})
    flow = await answer(hass, flow, {"net_l1": "sensor.one"})
    await let_speak(hass, freezer, {"sensor.one": "5"})
    flow = await answer(hass, await answer(hass, flow), {"inverted": False})
    flow = await answer(hass, flow, LIMIT)
    assert flow["errors"] == {"phases": "meter_has_fewer_phases"}
    assert (await answer(hass, flow, {**LIMIT, "phases": "1"}))["step_id"] == "server"


@pytest.mark.parametrize(("measured", "nominal"), [("236.4", 230.0), ("121", 121.0), ("unavailable", 230.0)])
async def test_the_voltage_is_guessed_from_the_meter_s(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, measured: str, nominal: float
) -> None:
    ids = add_meter(
        hass,
        "homewizard",
        {"HWE-P1_1_active_power_w": Sensor(state="10"), "HWE-P1_1_active_voltage_v": Sensor(state=measured, unit="V")},
    )
    flow = await start(hass)
    flow = await answer(hass, flow, {"meter": next(iter(options_of(flow, "meter")))})
    await let_speak(hass, freezer, {ids["HWE-P1_1_active_power_w"]: "10"})
    flow = await answer(hass, await answer(hass, flow), {"inverted": False})

    assert suggested(flow)["voltage_v"] == nominal


async def test_a_port_that_cannot_be_listened_on(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, port: int
) -> None:
    flow = await answer(hass, await reach_limit(hass, freezer), LIMIT)
    assert suggested(flow) == {"host": "0.0.0.0", "port": 9000}
    assert options_of(flow, "host")["0.0.0.0"] == "All networks"

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        in_use = taken.getsockname()[1]
        for host, tried, errors in (
            ("127.0.0.1", in_use, {"port": "port_in_use"}),
            ("127.0.0.1", 70000, {"port": "port_out_of_range"}),
            ("my computer", port, {"host": "not_an_address"}),
            ("203.0.113.7", port, {"host": "not_our_address"}),
        ):
            flow = await answer(hass, flow, {"host": host, "port": tried})
            assert flow["errors"] == errors
            assert suggested(flow) == {"host": host, "port": tried}

    for number, errors in ((13, {"port": "port_forbidden"}), (5, {"base": "cannot_listen"})):
        with patch("custom_components.smart_charging.flows.port.socket.socket.bind", side_effect=OSError(number, "no")):
            flow = await answer(hass, flow, {"host": "127.0.0.1", "port": port})
            assert flow["errors"] == errors

    flow = await answer(hass, flow, {"host": "::1", "port": port})
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_a_port_that_smart_charging_listens_on_itself_is_free(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, port: int
) -> None:
    other = add_site(hass, port=port, meter=[{"role": "net", "phase": None, "entity_id": "sensor.other"}])
    await hass.config_entries.async_setup(other.entry_id)

    with socket.socket() as ours:
        ours.bind(("127.0.0.1", port))
        ours.listen()
        await complete(hass, await reach_limit(hass, freezer), port)


async def reconfigure(hass: HomeAssistant, step: str, **changes: Any) -> tuple[Any, Result]:
    entry = add_site(hass, **changes)
    await hass.config_entries.async_setup(entry.entry_id)
    flow = await entry.start_reconfigure_flow(hass)
    assert flow["menu_options"] == ["meter", "limit", "server", "encryption"]
    return entry, await choose(hass, flow, step)


async def test_reconfigure_the_limit(hass: HomeAssistant) -> None:
    entry, flow = await reconfigure(hass, "limit")
    assert suggested(flow) == {"phases": "3", "limit_unit": "a", "limit": 25.0, "voltage_v": 230.0}
    flow = await answer(hass, flow, {**LIMIT, "limit_unit": "kva", "limit": -1})
    assert flow["errors"] == {"limit": "limit_not_positive"}
    flow = await answer(hass, flow, {**LIMIT, "limit_unit": "kva", "limit": 12})

    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert entry.data == {**SITE_DATA, "limit_unit": "kva", "limit": 12}


async def test_reconfigure_the_server(hass: HomeAssistant, port: int) -> None:
    entry, flow = await reconfigure(hass, "server")
    assert suggested(flow) == {"host": "127.0.0.1", "port": 9000}
    flow = await answer(hass, flow, {"host": "127.0.0.1", "port": port})

    assert flow["reason"] == "reconfigure_successful"
    assert entry.data == {**SITE_DATA, "port": port}


async def test_a_site_may_listen_elsewhere_on_its_own_port(hass: HomeAssistant, port: int) -> None:
    entry, flow = await reconfigure(hass, "server", host="0.0.0.0", port=port)
    with socket.socket() as ours:
        ours.bind(("0.0.0.0", port))
        ours.listen()
        flow = await answer(hass, flow, {"host": "127.0.0.1", "port": port})

    assert flow["reason"] == "reconfigure_successful"
    assert entry.data["host"] == "127.0.0.1"


async def test_a_site_may_not_listen_beside_another_on_its_port(hass: HomeAssistant, port: int) -> None:
    other = add_site(hass, host="0.0.0.0", port=port, meter=[{"role": "net", "phase": None, "entity_id": "sensor.b"}])
    await hass.config_entries.async_setup(other.entry_id)
    _, flow = await reconfigure(hass, "server")
    with socket.socket() as theirs:
        theirs.bind(("0.0.0.0", port))
        theirs.listen()
        flow = await answer(hass, flow, {"host": "127.0.0.1", "port": port})

    assert flow["errors"] == {"port": "port_in_use"}


async def test_reconfigure_the_meter(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    say(hass, "sensor.grid", "5")
    entry, flow = await reconfigure(hass, "meter")
    flow = await answer(hass, flow, {**NET_TOTAL, "phases": "3"})
    flow = await answer(hass, flow, {"net": "sensor.grid"})
    await let_speak(hass, freezer, {"sensor.grid": "5"}, each_s=2)
    flow = await answer(hass, await answer(hass, flow), {"inverted": True})

    assert flow["reason"] == "reconfigure_successful"
    assert entry.data == {**SITE_DATA, "meter_inverted": True, "meter_period_s": 2.0}
    assert entry.unique_id == "sensor.grid"


async def test_a_meter_with_other_phases_asks_for_the_limit_again(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    say(hass, "sensor.new", "5")
    entry, flow = await reconfigure(hass, "meter")
    flow = await answer(hass, flow, {"phases": "1", "direction": "net", "detail": "per_phase"})
    flow = await answer(hass, flow, {"net_l1": "sensor.new"})
    await let_speak(hass, freezer, {"sensor.new": "5"})
    flow = await answer(hass, await answer(hass, flow), {"inverted": False})
    assert flow["step_id"] == "limit"
    assert flow["errors"] == {}
    flow = await answer(hass, flow, {**LIMIT, "phases": "1"})

    assert flow["reason"] == "reconfigure_successful"
    assert entry.unique_id == "sensor.new"
    assert entry.data["phases"] == 1


async def test_a_limit_that_the_chargers_do_not_fit(hass: HomeAssistant) -> None:
    entry, flow = await reconfigure(hass, "limit")
    charger = {
        "driver": "ocpp",
        "station": "A1",
        "connector": 1,
        "wiring": ["l2"],
        "minimum_a": 6.0,
        "maximum_a": 16.0,
        "failsafe_a": 10.0,
        "priority": 0,
    }
    hass.config_entries.async_add_subentry(
        entry,
        ConfigSubentry(data=MappingProxyType(charger), subentry_type="charger", title="Garage", unique_id="ocpp:A1:1"),
    )
    flow = await answer(hass, flow, {**LIMIT, "phases": "1"})
    assert flow["errors"] == {"phases": "charger_needs_phases"}
    flow = await answer(hass, flow, {**LIMIT, "limit": 9})
    assert flow["errors"] == {"limit": "failsafes_above_limit"}
    assert (await answer(hass, flow, {**LIMIT, "limit": 10}))["reason"] == "reconfigure_successful"


@pytest.mark.parametrize(
    ("thing", "wrong", "errors"),
    [
        (part("circuit", "garage", circuit()), {"phases": "1"}, {"phases": "phases_needed"}),
        (part("load", "boiler", load(wiring=["l3"])), {"phases": "1"}, {"phases": "phases_needed"}),
    ],
)
async def test_a_supply_without_the_phases_of_what_hangs_on_it(
    hass: HomeAssistant, thing: ConfigSubentryData, wrong: dict[str, Any], errors: dict[str, str]
) -> None:
    entry = add_site(hass, thing)
    flow: Result = await entry.start_reconfigure_flow(hass)
    flow = await choose(hass, flow, "limit")
    flow = await answer(hass, flow, {**LIMIT, **wrong})
    assert flow["errors"] == errors
    assert (await answer(hass, flow, LIMIT))["reason"] == "reconfigure_successful"


async def test_another_voltage_may_be_too_high_for_a_circuit(hass: HomeAssistant) -> None:
    entry = add_site(
        hass,
        part("circuit", "garage", circuit(limit_unit="kva", limit=6)),
        part("charger", "one", charger(circuit="garage", failsafe_a=8.6)),
    )
    flow: Result = await entry.start_reconfigure_flow(hass)
    flow = await answer(hass, await choose(hass, flow, "limit"), {**LIMIT, "voltage_v": 240})
    assert flow["errors"] == {"voltage_v": "failsafes_above_circuit"}
    assert (await answer(hass, flow, LIMIT))["reason"] == "reconfigure_successful"


async def test_a_circuit_s_meter_is_not_the_site_s(hass: HomeAssistant) -> None:
    say(hass, "sensor.circuit_l1", "5")
    (found,) = add_meter(hass, "teslemetry", {"1-grid_power": Sensor(state="800")}).values()
    meter = [{"role": "net", "phase": None, "entity_id": found}]
    entry = add_site(
        hass,
        part("circuit", "garage", metered(["l1"])),
        part("circuit", "box", metered(["l1"], meter=meter)),
    )
    flow = await choose(hass, await entry.start_reconfigure_flow(hass), "meter")
    flow = await answer(hass, flow, {"meter": next(iter(options_of(flow, "meter")))})
    assert flow["errors"] == {"meter": "meter_used"}
    flow = await answer(hass, await answer(hass, flow, {"meter": "manual"}), NET_TOTAL)
    flow = await answer(hass, flow, {"net": "sensor.circuit_l1"})
    assert flow["errors"] == {"base": "meter_used"}


async def test_a_stored_meter_that_no_rule_knows_any_more(hass: HomeAssistant) -> None:
    _, flow = await reconfigure(hass, "limit", meter=[{"role": "export", "phase": None, "entity_id": "sensor.grid"}])

    assert flow["errors"] == {"base": "meter_incomplete"}


async def test_leaving_in_the_middle(hass: HomeAssistant) -> None:
    say(hass, "sensor.grid", "5")
    flow = await answer(hass, await start(hass), NET_TOTAL)
    hass.config_entries.flow.async_abort(flow["flow_id"])

    flow = await answer(hass, await start(hass), NET_TOTAL)
    flow = await answer(hass, flow, {"net": "sensor.grid"})
    hass.config_entries.flow.async_abort(flow["flow_id"])
    await hass.async_block_till_done()

    assert hass.config_entries.flow.async_progress() == []
