"""A person's own description of a charger: read, judged aloud, and offered."""

from pathlib import Path

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from custom_components.smart_charging.chargers.modbus.library import BUILT_IN
from custom_components.smart_charging.chargers.mqtt.library import BUILT_IN as PRESETS
from custom_components.smart_charging.chargers.mqtt.library import presets, set_own_presets
from custom_components.smart_charging.chargers.network_types import network_types, set_own_profiles
from custom_components.smart_charging.const import DOMAIN
from custom_components.smart_charging.own_profiles import FOLDER, MQTT_FOLDER, async_load_own_profiles


@pytest.fixture
def folder(hass: HomeAssistant, tmp_path: Path) -> Path:
    hass.config.config_dir = str(tmp_path)
    found = tmp_path.joinpath(*FOLDER)
    found.mkdir(parents=True)
    return found


@pytest.fixture(autouse=True)
def forget() -> object:
    yield
    set_own_profiles({})
    set_own_presets({})


async def test_one_that_is_right_is_a_kind_of_charger(hass: HomeAssistant, folder: Path) -> None:
    own = (BUILT_IN / "vestel_evc04.yaml").read_text("utf-8").replace("Vestel EVC04, Webasto Unite", "My own", 1)
    (folder / "mine.yaml").write_text(own, "utf-8")
    await async_load_own_profiles(hass)
    assert network_types()["own_mine"].name == "My own"
    assert ir.async_get(hass).issues == {}


async def test_one_that_is_wrong_is_told_with_its_line_and_the_others_work(hass: HomeAssistant, folder: Path) -> None:
    bad = (BUILT_IN / "vestel_evc04.yaml").read_text("utf-8").replace("- A:", "- Q:")
    (folder / "bad.yaml").write_text(bad, "utf-8")
    (folder / "good.yaml").write_text((BUILT_IN / "alfen_eve.yaml").read_text("utf-8"), "utf-8")
    await async_load_own_profiles(hass)
    assert "own_good" in network_types()
    issue = ir.async_get(hass).async_get_issue(DOMAIN, "profile_faulty_smart_charging/chargers/bad.yaml")
    assert issue is not None
    assert issue.translation_placeholders is not None
    line = bad.splitlines().index(next(each for each in bad.splitlines() if "- Q:" in each)) + 1
    assert f"line {line}" in issue.translation_placeholders["fault"]
    assert "Q" in issue.translation_placeholders["fault"]


async def test_those_that_speak_mqtt_have_a_folder_too(hass: HomeAssistant, tmp_path: Path) -> None:
    hass.config.config_dir = str(tmp_path)
    own = tmp_path.joinpath(*MQTT_FOLDER)
    own.mkdir(parents=True)
    (own / "mine.yaml").write_text((PRESETS / "warp.yaml").read_text("utf-8"), "utf-8")
    (own / "bad.yaml").write_text("name: Bad\n", "utf-8")
    await async_load_own_profiles(hass)
    assert "own_mine" in presets()
    assert ir.async_get(hass).async_get_issue(DOMAIN, "profile_faulty_smart_charging/mqtt/bad.yaml") is not None


async def test_without_a_folder_there_are_none(hass: HomeAssistant, tmp_path: Path) -> None:
    hass.config.config_dir = str(tmp_path)
    await async_load_own_profiles(hass)
    assert not any(kind.startswith("own_") for kind in network_types())
