"""Reasons as sentences."""

import json
import string
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from homeassistant.core import HomeAssistant

from custom_components.smart_charging.engine.model.decision import Setpoint
from custom_components.smart_charging.engine.model.limit import LimitSource
from custom_components.smart_charging.engine.model.reason import Reason, ReasonCode, ReasonParam
from custom_components.smart_charging.reasons import async_load_texts, async_sentence, sentence

TRANSLATIONS = Path(__file__).parents[2] / "custom_components/smart_charging/translations"
BERLIN = ZoneInfo("Europe/Berlin")

type Params = Mapping[str, ReasonParam]


def texts(language: str = "en") -> dict[str, str]:
    common = json.loads((TRANSLATIONS / f"{language}.json").read_text(encoding="utf-8"))["common"]
    return {f"component.smart_charging.common.{key}": text for key, text in common.items()}


def said(code: ReasonCode, current_a: float | None, params: Params, words: Mapping[str, str] | None = None) -> str:
    setpoint = Setpoint(evse_id="garage", current_a=current_a, reason=Reason(code=code, params=params))
    return sentence(texts() if words is None else words, setpoint, BERLIN)


ON_L2: Params = {"source": "subscribed", "circuit": "site", "limit_a": 39.0, "phase": "l2"}
IN_TOTAL: Params = {"source": "operator", "circuit": "site", "limit_w": 4200.0}

SENTENCES: dict[ReasonCode, list[tuple[float | None, Params, str]]] = {
    ReasonCode.NO_CAR: [(0, {}, "No car is plugged in")],
    ReasonCode.OFF: [
        (0, {}, "Charging is switched off"),
        (6, {}, "Charging is switched off, but this charger cannot pause: held at 6 A"),
    ],
    ReasonCode.OFFLINE: [
        (None, {"budget_a": 16.0}, "The charger cannot be reached: up to 16 A is kept free for it"),
        (None, {}, "The charger cannot be reached"),
    ],
    ReasonCode.FAULT: [
        (0, {"fault": "GroundFailure"}, "The charger reports a fault: GroundFailure"),
        (0, {"fault": "f"}, "The charger reports a fault"),
        (0, {}, "The charger reports a fault"),
    ],
    ReasonCode.METER_SILENT: [
        (6, {"failsafe_a": 6.0, "silent_s": 12.0}, "No reading from the meter for 10 s: 6 A until it is back"),
        (6, {"failsafe_a": 6.0, "silent_s": 150.0}, "No reading from the meter for 2 min: 6 A until it is back"),
        (6, {"failsafe_a": 6.0, "silent_s": 7300.0}, "No reading from the meter for 2 h: 6 A until it is back"),
        (0, {"failsafe_a": 6.0, "silent_s": 4.0}, "Paused: no reading from the meter for 4 s"),
        (6, {"failsafe_a": 6.0}, "No reading from the meter yet: 6 A at the most until there is one"),
    ],
    ReasonCode.WAITING_FOR_METER: [(None, {}, "Waiting for the first reading from the meter")],
    ReasonCode.AT_MAXIMUM: [(32, {"maximum_a": 32.0}, "32 A: as fast as the charger can")],
    ReasonCode.LIMITED: [
        (10, ON_L2, "Held at 10 A: the subscribed power allows 39 A on L2"),
        (10, IN_TOTAL, "Held at 10 A: the grid operator allows 4.2 kW"),
        (6.5, {**IN_TOTAL, "limit_w": 900.0}, "Held at 6.5 A: the grid operator allows 900 W"),
        (
            10,
            {**ON_L2, "source": "rating", "limit_a": 20.0, "circuit": "Garage"},
            "Held at 10 A: the rating of the supply allows 20 A on L2 in circuit Garage",
        ),
    ],
    ReasonCode.SHARED: [
        (13, {**ON_L2, "chargers": 3.0}, "Held at 13 A: 3 chargers share what the subscribed power allows, 39 A on L2")
    ],
    ReasonCode.NO_ROOM: [
        (
            0,
            {**ON_L2, "minimum_a": 6.0},
            "Paused: the subscribed power allows 39 A on L2, and less than 6 A of it is left",
        )
    ],
    ReasonCode.RISING: [
        (
            6,
            {"target_a": 16.0, "at": "2026-07-01T12:05:09+00:00"},
            "Goes up to 16 A at 14:05 if there is still room then",
        )
    ],
    ReasonCode.RESUMING: [
        (
            0,
            {"target_a": 7.25, "at": "2026-01-01T12:05:09+00:00"},
            "Starts with 7.2 A at 13:05 if there is still room then",
        )
    ],
    ReasonCode.WAITING_FOR_OTHERS: [(6, {}, "Waits at 6 A until another charger has given way")],
    ReasonCode.NOT_TAKING: [(6, {"minimum_a": 6.0}, "The car takes nothing, full or asleep: 6 A is kept for it")],
    ReasonCode.PLANNED: [
        (16, {"target_a": 16.0, "until": "2026-07-01T22:00:00+00:00"}, "As planned: 16 A until 00:00"),
        (-16, {"target_a": -16.0, "until": "later"}, "As planned: -16 A until later"),
    ],
    ReasonCode.PLAN_WAITS: [
        (0, {"starts": "2026-07-01T22:30:00+00:00"}, "The plan waits until 00:30"),
        (0, {}, "The plan has nothing left to do"),
    ],
}


@pytest.mark.parametrize("code", ReasonCode)
def test_every_reason_is_a_sentence(code: ReasonCode) -> None:
    for current_a, params, expected in SENTENCES[code]:
        assert said(code, current_a, params) == expected


@pytest.mark.parametrize("source", LimitSource)
def test_every_source_of_a_limit_has_words(source: LimitSource) -> None:
    assert f"component.smart_charging.common.source_{source}" in texts()
    assert "source_" not in said(ReasonCode.LIMITED, 10, {**ON_L2, "source": source.value})


def test_a_sentence_fits_into_a_state() -> None:
    assert len(said(ReasonCode.FAULT, 0, {"fault": "x" * 300})) == 255
    assert said(ReasonCode.FAULT, 0, {"fault": "x" * 300}).endswith("x…")


def test_a_blank_that_is_not_known_shows_as_such() -> None:
    assert said(ReasonCode.AT_MAXIMUM, 32, {}) == "?: as fast as the charger can"


def test_a_text_that_is_not_there_shows_its_key() -> None:
    assert said(ReasonCode.AT_MAXIMUM, 32, {"maximum_a": 32.0}, {}) == "reason_at_maximum"


def test_a_language_has_its_own_decimal_separator() -> None:
    words = texts() | {"component.smart_charging.common.decimal_separator": ","}
    assert said(ReasonCode.AT_MAXIMUM, 6.5, {"maximum_a": 6.5}, words) == "6,5 A: as fast as the charger can"


def test_no_zero_is_negative() -> None:
    assert said(ReasonCode.AT_MAXIMUM, 0, {"maximum_a": -0.01}) == "0 A: as fast as the charger can"


@pytest.mark.parametrize("language", sorted(path.stem for path in TRANSLATIONS.glob("*.json")))
def test_every_language_says_the_same_with_the_same_blanks(language: str) -> None:
    english, own = texts(), texts(language)
    assert own.keys() == english.keys()
    for key, text in own.items():
        assert _blanks(text) == _blanks(english[key]), key


def _blanks(text: str) -> set[str]:
    return {blank for _, blank, _, _ in string.Formatter().parse(text) if blank}


@pytest.mark.usefixtures("enable_custom_integrations")
@pytest.mark.parametrize("language", ["en", "tlh"])
async def test_home_assistant_has_the_texts(hass: HomeAssistant, language: str) -> None:
    """A language that nobody has translated to is told in English."""
    hass.config.language = language
    await async_load_texts(hass)
    setpoint = Setpoint(evse_id="garage", current_a=0, reason=Reason(code=ReasonCode.NO_CAR))
    assert async_sentence(hass, setpoint) == "No car is plugged in"


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_a_language_that_is_not_loaded_yet_is_told_in_english(hass: HomeAssistant) -> None:
    await async_load_texts(hass)
    hass.config.language = "nl"
    setpoint = Setpoint(evse_id="garage", current_a=0, reason=Reason(code=ReasonCode.NO_CAR))
    assert async_sentence(hass, setpoint) == "No car is plugged in"
