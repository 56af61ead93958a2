"""The way through the flows, against a Home Assistant of a few lines."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, web

from demo import setup_flow
from demo.api import Api
from demo.car import CarModel
from demo.errors import DemoError
from demo.meter import Meter
from demo.scenario import BaySpec, CircuitSpec, Kind, make_scenario
from demo.setup_flow import (
    Answers,
    add_charger,
    add_circuit,
    add_meter,
    add_site,
    charger_entities,
    enable_phase_sensors,
    set_up_energy_dashboard,
    set_up_site,
    walk_flow,
)
from demo.supply import parse_supply


class FakeHomeAssistant:
    """Plays scripted flows and answers scripted commands; writes down what it is told."""

    def __init__(self) -> None:
        self.steps: dict[str, list[dict[str, Any]]] = {}
        """By handler, the steps that each further request brings."""
        self.told: list[tuple[str, Any]] = []
        self.results: dict[str, Any] = {"config_entries/get_single": {"config_entry": {"state": "loaded"}}}
        """Of a command; of a deque the next one each time, the last for ever."""
        self.running: list[dict[str, Any]] = []
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/api/websocket", self._websocket)
        app.router.add_get("/manifest.json", self._here)
        app.router.add_get("/broken", self._broken)
        app.router.add_post("/form", self._form)
        app.router.add_route("*", "/api/config/config_entries/{kind:.*}", self._flow)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _here(self, _request: web.Request) -> web.Response:
        return web.json_response({})

    async def _broken(self, _request: web.Request) -> web.Response:
        return web.Response(status=500, text="oh dear")

    async def _form(self, request: web.Request) -> web.Response:
        self.told.append(("form", dict(await request.post())))
        return web.json_response({"token": request.headers.get("Authorization")})

    async def _flow(self, request: web.Request) -> web.Response:
        body = await request.json() if request.method == "POST" else None
        if isinstance(body, dict) and "handler" in body:
            self.running = self.steps[str(body["handler"])].copy()
        else:
            self.told.append((request.method, body))
        if request.method == "DELETE":
            return web.json_response({})
        return web.json_response({"flow_id": "f", **self.running.pop(0)})

    async def _websocket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "auth_required"})
        await socket.receive_json()
        await socket.send_json({"type": "auth_ok"})
        command = await socket.receive_json()
        self.told.append((command["type"], {key: command[key] for key in command if key not in {"id", "type"}}))
        result = self.results.get(command["type"], {})
        if isinstance(result, deque):
            result = result.popleft() if len(result) > 1 else result[0]
        if result == "hang up":
            await socket.close()
            return socket
        await socket.send_json({"id": 1, "type": "event"})
        if isinstance(result, str):
            await socket.send_json({"id": 1, "type": "result", "success": False, "error": result})
        else:
            await socket.send_json({"id": 1, "type": "result", "success": True, "result": result})
        await socket.receive()
        return socket


@pytest.fixture
async def fake() -> AsyncIterator[FakeHomeAssistant]:
    fake = FakeHomeAssistant()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def api(fake: FakeHomeAssistant) -> AsyncIterator[Api]:
    async with ClientSession() as session:
        api = Api(fake.url, session)
        api.token = "t"
        yield api


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = asyncio.sleep
    monkeypatch.setattr("asyncio.sleep", lambda _: at_once(0))


def form(step: str, **more: Any) -> dict[str, Any]:
    return {"type": "form", "step_id": step, **more}


DONE: dict[str, Any] = {"type": "create_entry", "result": {"entry_id": "e1"}}


def entity(platform: str, key: str, *, translated: bool = True) -> dict[str, Any]:
    return {
        "platform": platform,
        "entity_id": f"sensor.{key}",
        "unique_id": key,
        "translation_key": key if translated else None,
    }


async def test_a_flow_is_walked_through_forms_menus_and_progress(fake: FakeHomeAssistant, api: Api) -> None:
    fake.steps["thing"] = [
        {"type": "menu", "step_id": "start"},
        form("user"),
        {"type": "progress", "step_id": "wait"},
        {"type": "progress_done", "step_id": "wait"},
        DONE,
    ]
    answers: Answers = {"start": {"next_step_id": "user"}, "user": {"a": 1}}
    assert (await walk_flow(api, "/api/config/config_entries/flow", "thing", answers))["result"] == {"entry_id": "e1"}
    assert fake.told == [("POST", {"next_step_id": "user"}), ("POST", {"a": 1}), ("GET", None), ("GET", None)]


@pytest.mark.parametrize(
    ("step", "complaint"),
    [
        (form("other"), "form other"),
        (form("user", errors={"base": "cannot_connect"}), "cannot_connect"),
        ({"type": "abort", "reason": "already_configured"}, "already_configured"),
    ],
)
async def test_a_flow_that_leads_elsewhere_is_said(
    fake: FakeHomeAssistant, api: Api, step: dict[str, Any], complaint: str
) -> None:
    fake.steps["thing"] = [step]
    with pytest.raises(DemoError, match=complaint):
        await walk_flow(api, "/api/config/config_entries/flow", "thing", {"user": {}})


async def test_a_flow_that_never_ends_is_given_up(
    fake: FakeHomeAssistant, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup_flow, "LONGEST_PROGRESS_S", 3)
    fake.steps["thing"] = [{"type": "progress", "step_id": "wait"}] * 10
    with pytest.raises(DemoError, match="progress wait"):
        await walk_flow(api, "/api/config/config_entries/flow", "thing", {})


async def test_the_meter_is_made_quick_and_its_phases_are_enabled(fake: FakeHomeAssistant, api: Api) -> None:
    fake.steps = {"dsmr": [form("user"), DONE], "e1": [form("init"), {"type": "create_entry"}]}
    keys = [key.format(1) for key in setup_flow.PHASE_KEYS]
    fake.results["config/entity_registry/list"] = [entity("dsmr", key) for key in [*keys, "gas"]] + [
        entity("x", keys[0])
    ]
    meter = Meter(serial="S1")
    assert await add_meter(api, meter, phases=1) == "e1"
    assert ("POST", {"port": "socket://127.0.0.1:0", "dsmr_version": "5"}) in fake.told
    assert ("POST", {"time_between_update": 0}) in fake.told
    enabled = [what for kind, what in fake.told if kind == "config/entity_registry/update"]
    assert enabled == [{"entity_id": f"sensor.{key}", "disabled_by": None} for key in sorted(keys)]


async def test_a_meter_that_nobody_hears_is_said(fake: FakeHomeAssistant, api: Api) -> None:
    fake.results["config/entity_registry/list"] = []
    with pytest.raises(DemoError, match="no telegram"):
        await enable_phase_sensors(api, phases=1)


async def test_the_energy_dashboard_knows_both_tariffs(fake: FakeHomeAssistant, api: Api) -> None:
    fake.results["config/entity_registry/list"] = [entity("dsmr", key) for key in setup_flow.DSMR_NAMES.values()]
    await set_up_energy_dashboard(api)
    sources = fake.told[-1][1]["energy_sources"]
    assert [source["stat_energy_from"] for source in sources] == [
        "sensor.electricity_used_tariff_1",
        "sensor.electricity_used_tariff_2",
    ]
    assert sources[0]["power_config"]["stat_rate_from"] == "sensor.current_electricity_usage"


async def test_a_site_is_added_with_the_meter_that_is_proposed(fake: FakeHomeAssistant, api: Api) -> None:
    fake.steps["smart_charging"] = [
        form("meter", data_schema=[{"name": "meter", "default": "meter-1"}]),
        form("enable_phases"),
        {"type": "progress", "step_id": "enabling"},
        form("confirm"),
        form("limit"),
        form("server"),
        DONE,
    ]
    assert await add_site(api, parse_supply("12kVA", 3), port=9123) == "e1"
    assert fake.told == [
        ("DELETE", None),
        ("POST", {"meter": "meter-1"}),
        ("POST", {"enable": True}),
        ("GET", None),
        ("POST", {}),
        ("POST", {"phases": "3", "limit_unit": "kva", "limit": 12.0, "voltage_v": 230.0}),
        ("POST", {"port": 9123, "host": "127.0.0.1"}),
    ]


async def test_a_site_without_a_meter_is_said(fake: FakeHomeAssistant, api: Api) -> None:
    fake.steps["smart_charging"] = [form("meter_manual")]
    with pytest.raises(DemoError, match="did not find the simulated meter"):
        await add_site(api, parse_supply("40A", 1), port=1)


@pytest.mark.parametrize(
    ("phases", "wiring", "circuit", "place"),
    [
        (1, (0,), None, {}),
        (3, (0, 1, 2), None, {"wiring": "l1_l2_l3"}),
        (3, (1, 2, 0), "Garage", {"wiring": "l2_l3_l1", "circuit": "c1"}),
        (3, (2,), "Garage", {"wiring": "l3", "circuit": "c1"}),
    ],
)
async def test_a_charger_is_added_by_its_identity_where_it_hangs(
    fake: FakeHomeAssistant,
    api: Api,
    phases: int,
    wiring: tuple[int, ...],
    circuit: str | None,
    place: dict[str, str],
) -> None:
    fake.steps["['e1', 'charger']"] = [
        {"type": "menu", "step_id": "user"},
        form("station"),
        form("details"),
        {"type": "create_entry"},
    ]
    bay = BaySpec(name="Left", station="S1", wiring=wiring, car=CarModel(), hardware_maximum_a=16.0, circuit=circuit)
    await add_charger(api, "e1", bay, phases=phases, circuits={"Garage": "c1"})
    posted = [what for kind, what in fake.told if kind == "POST"]
    assert posted[1] == {"station": "S1", "key": "simulated-station-key", "connector": 1}
    details = posted[2]
    assert {key: details.get(key) for key in ("name", "maximum_a", "failsafe_a")} == {
        "name": "Left",
        "maximum_a": 16.0,
        "failsafe_a": 6.0,
    }
    assert {key: details[key] for key in ("wiring", "circuit") if key in details} == place


@pytest.mark.parametrize(("kind", "word"), [(Kind.GO_E, "go_e"), (Kind.VESTEL, "modbus_vestel_evc04")])
async def test_a_charger_that_is_asked_is_added_by_its_port(
    fake: FakeHomeAssistant, api: Api, kind: Kind, word: str
) -> None:
    fake.steps["['e1', 'charger']"] = [
        {"type": "menu", "step_id": "user"},
        form("network"),
        form("network_details"),
        {"type": "create_entry"},
    ]
    bay = BaySpec(name="Left", station="S1", wiring=(0,), car=CarModel(), kind=kind)
    await add_charger(api, "e1", bay, phases=1, circuits={}, port=8123)
    posted = [what for told, what in fake.told if told == "POST"]
    assert posted[:2] == [{"next_step_id": "network"}, {"kind": word, "host": "127.0.0.1", "more": {"port": 8123}}]
    assert posted[2]["name"] == "Left"


async def test_a_charger_of_another_integration_is_set_up_there_and_adopted(fake: FakeHomeAssistant, api: Api) -> None:
    found = [{"name": "charger", "selector": {"select": {"options": [{"value": "v2c:x", "label": "Trydan"}]}}}]
    fake.steps["v2c"] = [form("user"), {"type": "create_entry"}]
    fake.steps["['e1', 'charger']"] = [
        {"type": "menu", "step_id": "user"},
        form("adopt", data_schema=found),
        form("adopt_details"),
        {"type": "create_entry"},
    ]
    bay = BaySpec(name="Left", station="S1", wiring=(0,), car=CarModel(), kind=Kind.V2C)
    await add_charger(api, "e1", bay, phases=1, circuits={}, port=8123)
    posted = [what for told, what in fake.told if told == "POST"]
    assert posted[:3] == [{"host": "127.0.0.1:8123"}, {"next_step_id": "adopt"}, {"charger": "v2c:x"}]


SUBENTRIES = [
    {"subentry_id": "c1", "subentry_type": "circuit", "title": "Garage"},
    {"subentry_id": "c2", "subentry_type": "circuit", "title": "Yard"},
    {"subentry_id": "s1", "subentry_type": "charger", "title": "Garage left"},
    {"subentry_id": "s2", "subentry_type": "charger", "title": "Yard"},
]


async def test_a_whole_scenario_is_set_up_circuits_first(fake: FakeHomeAssistant, api: Api) -> None:
    fake.steps["smart_charging"] = [form("meter", data_schema=[{"name": "meter", "default": "meter-1"}]), DONE]
    fake.steps["['e1', 'circuit']"] = [form("user"), {"type": "create_entry"}]
    fake.steps["['e1', 'charger']"] = [form("details"), {"type": "create_entry"}]
    fake.steps["['e1', 'load']"] = [form("user"), form("details"), {"type": "create_entry"}]
    fake.results["config_entries/subentries/list"] = SUBENTRIES
    assert await set_up_site(api, make_scenario("flat-with-three-chargers"), port=9123, ports={}) == "e1"
    named = [what for kind, what in fake.told if kind == "POST" and "name" in what]
    assert [(what["name"], what.get("circuit")) for what in named] == [
        ("Garage", None),
        ("Yard", None),
        ("Garage left", "c1"),
        ("Garage right", "c1"),
        ("Yard", "c2"),
        ("Boiler", None),
    ]
    assert [what["limit"] for what in named[:2]] == [20.0, 16.0]
    assert ("POST", {"entity_id": "input_boolean.boiler"}) in fake.told
    assert (named[-1]["power_w"], named[-1]["wiring"]) == (2400.0, "l1")


async def test_a_part_is_added_when_the_reload_before_it_is_done(fake: FakeHomeAssistant, api: Api) -> None:
    fake.steps["['e1', 'circuit']"] = [form("user"), {"type": "create_entry"}]
    states = ["setup_in_progress", "not_loaded", "loaded"]
    fake.results["config_entries/get_single"] = deque({"config_entry": {"state": state}} for state in states)
    await add_circuit(api, "e1", CircuitSpec(name="Garage", limit_a=20.0))
    assert [kind for kind, _ in fake.told] == ["config_entries/get_single"] * 3 + ["POST"]


async def test_an_entry_that_does_not_load_again_is_said(fake: FakeHomeAssistant, api: Api) -> None:
    fake.results["config_entries/get_single"] = {"config_entry": {"state": "setup_retry"}}
    with pytest.raises(DemoError, match="no circuit can be added: setup_retry"):
        await add_circuit(api, "e1", CircuitSpec(name="Garage", limit_a=20.0))


async def test_each_charger_s_entities_go_by_its_name_and_their_translation_keys(
    fake: FakeHomeAssistant, api: Api
) -> None:
    def of(charger_id: str, key: str) -> dict[str, Any]:
        return entity("smart_charging", key) | {
            "unique_id": f"{charger_id}_{key}",
            "entity_id": f"sensor.{charger_id}_{key}",
        }

    fake.results["config_entries/subentries/list"] = SUBENTRIES
    fake.results["config/entity_registry/list"] = [
        of("s1", "reason"),
        of("s2", "reason"),
        of("s2", "setpoint"),
        of("e1", "reason"),
        entity("dsmr", "s1_reason"),
    ]
    assert await charger_entities(api, "e1") == {
        "Garage left": {"reason": "sensor.s1_reason"},
        "Yard": {"reason": "sensor.s2_reason", "setpoint": "sensor.s2_setpoint"},
    }


async def test_errors_are_one_line_with_what_was_asked(fake: FakeHomeAssistant, api: Api) -> None:
    fake.results |= {"refused": "not allowed", "gone": "hang up"}
    with pytest.raises(DemoError, match="refused refused: not allowed"):
        await api.command("refused")
    with pytest.raises(DemoError, match="closed the connection during gone"):
        await api.command("gone")
    with pytest.raises(DemoError, match="GET /broken with 500: oh dear"):
        await api.get("/broken")


async def test_a_form_is_sent_with_the_token(fake: FakeHomeAssistant, api: Api) -> None:
    assert await api.post_form("/form", {"a": "b"}) == {"token": "Bearer t"}
    api.token = None
    assert await api.post_form("/form", {"a": "b"}) == {"token": None}
    assert fake.told == [("form", {"a": "b"})] * 2


async def test_nobody_there_is_no_answer(fake: FakeHomeAssistant, api: Api) -> None:
    assert await api.answers()
    await fake.stop()
    assert not await api.answers()
    with pytest.raises(DemoError, match="did not answer GET /x"):
        await api.get("/x")
    with pytest.raises(DemoError, match="did not answer ping"):
        await api.command("ping")
