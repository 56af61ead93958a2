"""Circuits are added to a site and changed, with a meter of their own and without; each wrong turn can be put right."""

from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .flow_helpers import (
    Result,
    add_part,
    add_site,
    answer_part,
    change_part,
    fields,
    let_speak,
    options_of,
    pass_time,
    say,
    settle,
    suggested,
)
from .parts import charger, circuit, load, metered, part

pytestmark = pytest.mark.usefixtures("without_set_up")

ANSWERS = {
    "name": " Garage ",
    "wiring": "l2_l3_l1",
    "limit_unit": "a",
    "limit": 20,
    "protection": "breaker_c",
    "meter": "none",
}
DATA = {"wiring": ["l2", "l3", "l1"], "limit_unit": "a", "limit": 20.0, "protection": "breaker_c"}
BOX = {"name": "Box", "circuit": "garage", "limit_unit": "kva", "limit": 4, "protection": "unknown", "meter": "none"}


def stored(site: MockConfigEntry) -> dict[str, dict[str, Any]]:
    """What is stored of each circuit, by its name."""
    return {
        subentry.title: dict(subentry.data)
        for subentry in site.subentries.values()
        if subentry.subentry_type == "circuit"
    }


async def choose(hass: HomeAssistant, flow: Result, step: str) -> Result:
    return await answer_part(hass, flow, {"next_step_id": step})


async def reach_measure(hass: HomeAssistant, site: MockConfigEntry, **changes: Any) -> Result:
    """A circuit on one phase, `sensor.garage` its meter, up to the moment at which it is listened to."""
    say(hass, "sensor.garage", "460")
    flow = await add_part(hass, site, "circuit")
    flow = await answer_part(hass, flow, {**ANSWERS, "wiring": "l2", "meter": "new", **changes})
    assert (flow["step_id"], fields(flow)) == ("meter_manual", ["direction"])
    flow = await answer_part(hass, flow, {"direction": "net"})
    assert (flow["step_id"], fields(flow)) == ("meter_entities", ["net"])
    flow = await answer_part(hass, flow, {"net": "sensor.garage"})
    assert (flow["type"], flow["step_id"]) == (FlowResultType.SHOW_PROGRESS, "measure")
    return flow


async def test_a_circuit_without_a_meter(hass: HomeAssistant) -> None:
    site = add_site(hass)
    flow = await add_part(hass, site, "circuit")
    assert (flow["type"], flow["step_id"], flow["errors"]) == (FlowResultType.FORM, "user", {})
    assert fields(flow) == ["name", "wiring", "limit_unit", "limit", "protection", "meter"]
    assert suggested(flow) == {"wiring": "l1_l2_l3"}

    flow = await answer_part(hass, flow, ANSWERS)

    assert (flow["type"], flow["title"]) == (FlowResultType.CREATE_ENTRY, "Garage")
    assert stored(site) == {"Garage": DATA}


async def test_a_circuit_below_another(hass: HomeAssistant) -> None:
    site = add_site(hass, part("circuit", "garage", circuit(), "Garage"))
    flow = await add_part(hass, site, "circuit")
    assert options_of(flow, "circuit") == {"site": "The supply of the whole site", "garage": "Garage"}

    flow = await answer_part(hass, flow, {**BOX, "wiring": "l3"})

    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert stored(site)["Box"] == {"circuit": "garage", "wiring": ["l3"], "limit_unit": "kva", "limit": 4.0}


async def test_on_a_single_phase_there_is_no_wiring_to_choose(hass: HomeAssistant) -> None:
    site = add_site(hass, phases=1)
    flow = await add_part(hass, site, "circuit")
    assert "wiring" not in fields(flow)
    await answer_part(hass, flow, {key: value for key, value in ANSWERS.items() if key != "wiring"})
    assert stored(site) == {"Garage": {**DATA, "wiring": ["l1"]}}


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"name": " "}, {"name": "circuit_name_missing"}),
        ({"limit": 0}, {"limit": "limit_not_positive"}),
        ({"circuit": "box"}, {"wiring": "phase_not_on_circuit"}),
    ],
)
async def test_an_impossible_circuit(hass: HomeAssistant, wrong: dict[str, Any], errors: dict[str, str]) -> None:
    site = add_site(hass, part("circuit", "box", circuit(wiring=["l1"])))
    flow = await answer_part(hass, await add_part(hass, site, "circuit"), {**ANSWERS, **wrong})
    assert (flow["step_id"], flow["errors"]) == ("user", errors)
    assert (await answer_part(hass, flow, {**ANSWERS, "circuit": "site"}))["type"] is FlowResultType.CREATE_ENTRY


async def test_a_circuit_with_a_meter_on_one_phase(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    site = add_site(hass)
    flow = await reach_measure(hass, site)
    await let_speak(hass, freezer, {"sensor.garage": "460"})
    flow = await answer_part(hass, flow)
    assert (flow["step_id"], fields(flow)) == ("confirm", ["inverted"])
    assert flow["description_placeholders"] == {"reading": "460 W", "period": "1.0 s"}
    assert flow["preview"] is None

    flow = await answer_part(hass, flow, {"inverted": True})

    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert stored(site)["Garage"] == {
        **DATA,
        "wiring": ["l2"],
        "meter": [{"role": "net", "phase": None, "entity_id": "sensor.garage"}],
        "meter_inverted": True,
        "meter_period_s": 1.0,
    }


async def test_a_current_is_weighed_with_the_site_s_own_voltage(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    flow = await reach_measure(hass, add_site(hass, voltage_v=100.0))
    say(hass, "sensor.garage", "5", "A")
    await let_speak(hass, freezer, {"sensor.garage": "5"})
    assert (await answer_part(hass, flow))["description_placeholders"]["reading"] == "500 W"


async def test_a_meter_that_tells_each_phase(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    site = add_site(hass)
    sensors = {f"import_l{number}": f"sensor.garage_l{number}" for number in (1, 2, 3)}
    for sensor in sensors.values():
        say(hass, sensor, "2", "A")
    flow = await answer_part(hass, await add_part(hass, site, "circuit"), {**ANSWERS, "meter": "new"})
    assert fields(flow) == ["direction", "detail"]
    flow = await answer_part(hass, flow, {"direction": "import", "detail": "per_phase"})
    assert fields(flow) == ["import_l1", "import_l2", "import_l3"]
    flow = await answer_part(hass, flow, sensors)
    await let_speak(hass, freezer, dict.fromkeys(sensors.values(), "2"))
    flow = await answer_part(hass, flow)
    assert (flow["step_id"], fields(flow)) == ("confirm", [])
    assert flow["description_placeholders"]["reading"] == "1.4 kW (L1 2.0 A, L2 2.0 A, L3 2.0 A)"
    await answer_part(hass, flow, {})
    assert stored(site)["Garage"]["meter"] == [
        {"role": "import", "phase": f"l{number}", "entity_id": f"sensor.garage_l{number}"} for number in (1, 2, 3)
    ]


async def test_a_slow_meter(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    site = add_site(hass)
    flow = await reach_measure(hass, site)
    await let_speak(hass, freezer, {"sensor.garage": "460"}, each_s=30)
    flow = await answer_part(hass, flow)
    assert flow["step_id"] == "confirm_slow"
    await answer_part(hass, flow, {"inverted": False})
    assert stored(site)["Garage"]["meter_period_s"] == 30.0


async def test_a_silent_meter(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    site = add_site(hass)
    flow = await reach_measure(hass, site)
    await pass_time(hass, freezer, 15)
    await pass_time(hass, freezer, 60)
    flow = await answer_part(hass, flow)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.MENU, "meter_silent")
    flow = await choose(hass, flow, "meter")
    assert flow["step_id"] == "meter_manual"
    assert suggested(flow) == {"direction": "net"}
    flow = await answer_part(hass, await answer_part(hass, flow, {"direction": "net"}), {"net": "sensor.garage"})
    await pass_time(hass, freezer, 15)
    await pass_time(hass, freezer, 60)
    flow = await choose(hass, await answer_part(hass, flow), "confirm_silent")
    flow = await answer_part(hass, flow, {"inverted": False})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert stored(site)["Garage"]["meter_period_s"] == 60.0


@pytest.mark.parametrize("taken", ["sensor.grid", "sensor.circuit_l1"])
async def test_a_sensor_measures_one_circuit_only(hass: HomeAssistant, taken: str) -> None:
    site = add_site(hass, part("circuit", "box", metered(["l1"])))
    say(hass, taken, "5")
    say(hass, "sensor.garage", "5")
    flow = await add_part(hass, site, "circuit")
    flow = await answer_part(hass, flow, {**ANSWERS, "circuit": "site", "wiring": "l2", "meter": "new"})
    flow = await answer_part(hass, flow, {"direction": "net"})
    flow = await answer_part(hass, flow, {"net": taken})
    assert flow["errors"] == {"base": "meter_used"}
    flow = await answer_part(hass, flow, {"net": "sensor.nobody"})
    assert flow["errors"] == {"net": "entity_missing"}
    assert (await answer_part(hass, flow, {"net": "sensor.garage"}))["step_id"] == "measure"


async def test_change_a_circuit(hass: HomeAssistant) -> None:
    site = add_site(
        hass,
        part("circuit", "garage", {**metered(["l2", "l3", "l1"]), "protection": "fuse_gg"}, "Garage"),
        part("circuit", "box", circuit(circuit="garage"), "Box"),
        part("circuit", "shed", circuit(), "Shed"),
    )
    flow = await change_part(hass, site, "garage")
    assert flow["step_id"] == "reconfigure"
    # Neither itself nor what it feeds can feed it.
    assert list(options_of(flow, "circuit")) == ["site", "shed"]
    assert suggested(flow) == {
        "name": "Garage",
        "circuit": "site",
        "wiring": "l2_l3_l1",
        "limit_unit": "a",
        "limit": 20.0,
        "protection": "fuse_gg",
        "meter": "kept",
    }

    flow = await answer_part(hass, flow, {**suggested(flow), "name": "Carport", "circuit": "shed", "limit": 16})

    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert stored(site)["Carport"] == {
        **metered(["l2", "l3", "l1"], circuit="shed", limit=16.0, protection="fuse_gg"),
    }


async def test_a_circuit_loses_its_meter(hass: HomeAssistant) -> None:
    site = add_site(hass, part("circuit", "garage", metered(["l2"]), "Garage"))
    flow = await change_part(hass, site, "garage")
    flow = await answer_part(hass, flow, {**suggested(flow), "meter": "none"})
    assert flow["reason"] == "reconfigure_successful"
    assert stored(site) == {"Garage": circuit(wiring=["l2"])}


async def test_a_circuit_gets_another_meter(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    site = add_site(hass, part("circuit", "garage", metered(["l2"]), "Garage"))
    # The sensor that it has already is no stranger's.
    say(hass, "sensor.circuit_l1", "5")
    flow = await change_part(hass, site, "garage")
    flow = await answer_part(hass, flow, {**suggested(flow), "meter": "new"})
    flow = await answer_part(hass, await answer_part(hass, flow, {"direction": "net"}), {"net": "sensor.circuit_l1"})
    await let_speak(hass, freezer, {"sensor.circuit_l1": "5"})
    flow = await answer_part(hass, await answer_part(hass, flow), {"inverted": False})
    assert flow["reason"] == "reconfigure_successful"
    assert stored(site)["Garage"]["meter"] == [{"role": "net", "phase": None, "entity_id": "sensor.circuit_l1"}]


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"wiring": "l2"}, {"wiring": "circuit_needs_phases"}),
        ({"limit": 9}, {"limit": "failsafes_above_circuit"}),
        ({"circuit": "thin"}, {"circuit": "failsafes_above_circuit"}),
        # Its meter tells two phases that it would not have.
        ({"wiring": "l1", "circuit": "site"}, {"meter": "meter_incomplete"}),
    ],
)
async def test_a_change_that_does_not_fit_what_hangs_on_it(
    hass: HomeAssistant, change: dict[str, Any], errors: dict[str, str]
) -> None:
    is_metered = "meter_incomplete" in errors.values()
    site = add_site(
        hass,
        part("circuit", "garage", metered(["l1", "l2", "l3"]) if is_metered else circuit(), "Garage"),
        part("circuit", "thin", circuit(limit=8)),
        part("charger", "one", charger(circuit="garage", failsafe_a=10.0)),
        part("load", "boiler", load(circuit="garage")),
    )
    flow = await change_part(hass, site, "garage")
    known = suggested(flow)
    flow = await answer_part(hass, flow, {**known, **change})
    assert (flow["step_id"], flow["errors"]) == ("reconfigure", errors)
    assert (await answer_part(hass, flow, known))["reason"] == "reconfigure_successful"


async def test_a_removed_circuit_leaves_nothing_unusable(hass: HomeAssistant) -> None:
    site = add_site(
        hass,
        part("circuit", "garage", circuit(), "Garage"),
        part("circuit", "box", circuit(circuit="garage", wiring=["l2"]), "Box"),
    )
    hass.config_entries.async_remove_subentry(site, "garage")
    flow = await change_part(hass, site, "box")
    # There is nothing left to choose, and the answer heals it.
    assert "circuit" not in fields(flow)
    answers = {key: value for key, value in suggested(flow).items() if key != "circuit"}
    assert (await answer_part(hass, flow, answers))["reason"] == "reconfigure_successful"
    assert stored(site) == {"Box": circuit(wiring=["l2"])}


async def test_leaving_in_the_middle(hass: HomeAssistant) -> None:
    site = add_site(hass)
    flow = await reach_measure(hass, site)
    hass.config_entries.subentries.async_abort(flow["flow_id"])
    await settle(hass)
    assert hass.config_entries.subentries.async_progress() == []
    assert stored(site) == {}
