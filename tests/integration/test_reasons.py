"""Reasons as sentences."""

import json
import string
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from homeassistant.core import HomeAssistant

from custom_components.smart_charging.engine.model.decision import Setpoint
from custom_components.smart_charging.engine.model.evse import Means
from custom_components.smart_charging.engine.model.limit import LimitSource
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.override import Override, OverrideEnd
from custom_components.smart_charging.engine.model.reason import Reason, ReasonCode, ReasonParam
from custom_components.smart_charging.reasons import (
    load_sentence,
    override_sentence,
    sentence,
)
from custom_components.smart_charging.speech import Speech, async_load_texts, async_speech

TRANSLATIONS = Path(__file__).parents[2] / "custom_components/smart_charging/translations"
BERLIN = ZoneInfo("Europe/Berlin")

type Params = Mapping[str, ReasonParam]


def texts(language: str = "en") -> dict[str, str]:
    common = json.loads((TRANSLATIONS / f"{language}.json").read_text(encoding="utf-8"))["common"]
    return {f"component.smart_charging.common.{key}": text for key, text in common.items()}


def speech(words: Mapping[str, str] | None = None) -> Speech:
    return Speech(texts=texts() if words is None else words, timezone=BERLIN, circuits={"garage_id": "Garage"})


def said(
    code: ReasonCode,
    current_a: float | None,
    params: Params,
    words: Mapping[str, str] | None = None,
    means: Means = Means.OFFER,
) -> str:
    reason = Reason(code=code, params=params)
    if code.startswith("load_"):
        return load_sentence(speech(words), reason)
    return sentence(speech(words), Setpoint(evse_id="garage", current_a=current_a, reason=reason, means=means))


ON_L2: Params = {"source": "subscribed", "circuit": "site", "limit_a": 39.0, "phase": "l2"}
IN_TOTAL: Params = {"source": "operator", "circuit": "site", "limit_w": 4200.0}

SENTENCES: dict[ReasonCode, list[tuple[float | None, Params, str]]] = {
    ReasonCode.NO_CAR: [(0, {}, "No car is plugged in")],
    ReasonCode.OFF: [
        (0, {}, "Charging is switched off"),
        (6, {}, "Charging is switched off, but this charger cannot pause: held at 6 A"),
    ],
    ReasonCode.NOT_AUTHORIZED: [
        (0, {}, 'Nobody has let this car charge yet: press "Charge now", or show a card that may charge here')
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
    ReasonCode.CHARGING_OPERATOR: [
        (10, {"ceiling_a": 10.4, "minimum_a": 6.0}, "Held at 10 A: the charging operator allows 10.4 A"),
        (
            0,
            {"ceiling_a": 4.0, "minimum_a": 6.0},
            "Paused: the charging operator allows 4 A, and the charger needs 6 A",
        ),
    ],
    ReasonCode.LIMITED: [
        (10, ON_L2, "Held at 10 A: the subscribed power allows 39 A on L2"),
        (10, IN_TOTAL, "Held at 10 A: the grid operator allows 4.2 kW"),
        (6.5, {**IN_TOTAL, "limit_w": 900.0}, "Held at 6.5 A: the grid operator allows 900 W"),
        (
            10,
            {**ON_L2, "source": "rating", "limit_a": 20.0, "circuit": "garage_id"},
            "Held at 10 A: circuit Garage allows 20 A on L2",
        ),
        (
            10,
            {**ON_L2, "source": "user", "limit_a": 20.0, "circuit": "garage_id"},
            "Held at 10 A: your own limit allows 20 A on L2 in circuit Garage",
        ),
        (
            9,
            {**ON_L2, "source": "rating", "limit_a": 20.0, "circuit": "garage_id", "others_a": 10.7, "wanted_a": 16.0},
            "Held at 9 A: circuit Garage allows 20 A on L2, and others use 11 A of it; wanted 16 A",
        ),
        (
            6,
            {**ON_L2, "source": "unbalance", "limit_a": 20.0, "others_a": 14.0, "wanted_a": 16.0},
            "Held at 6 A: the rule on unbalanced phases allows 20 A on L2",
        ),
    ],
    ReasonCode.SHARED: [
        (13, {**ON_L2, "chargers": 3.0}, "Held at 13 A: 3 chargers share what the subscribed power allows, 39 A on L2"),
        (
            13,
            {**ON_L2, "chargers": 3.0, "others_a": 25.5, "wanted_a": 32.0},
            "Held at 13 A: 3 chargers share what the subscribed power allows, 39 A on L2, and others use 26 A of it; wanted 32 A",
        ),
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
    ReasonCode.PEAK: [
        (0, {"starts": "2026-07-01T22:30:00+00:00"}, "Waits for off-peak hours: they start at 00:30"),
        (0, {}, "Waits for off-peak hours"),
    ],
    ReasonCode.MONTH_PEAK: [
        (
            8,
            {"target_w": 4500.0, "wanted_a": 16.0},
            "Lowered to 8 A: the month's highest power is to stay at 4.5 kW",
        ),
        (
            0,
            {"target_w": 4512.3, "wanted_a": 16.0},
            "Paused for a while: the month's highest power is to stay at 4.51 kW",
        ),
    ],
    ReasonCode.WAITING_FOR_TURN: [
        (
            0,
            {**ON_L2, "minimum_a": 6.0, "at": "2026-07-01T12:30:00+00:00"},
            "Not all cars fit at once: another one charges until 14:30",
        ),
        (
            0,
            {**ON_L2, "minimum_a": 6.0},
            "Not all cars fit at once: the subscribed power allows 39 A on L2, and it is another one's turn",
        ),
    ],
    ReasonCode.SOLAR: [(8, {"surplus_w": 2345.6}, "Follows the sun: 2.3 kW more than the home needs")],
    ReasonCode.SOLAR_WAITS: [
        (
            0,
            {"surplus_w": 1523.0, "needed_w": 1380.0, "at": "2026-07-01T12:30:00+00:00"},
            "Waits for the sun: starts at 14:30 if 1.5 kW of surplus last until then",
        ),
        (
            0,
            {"surplus_w": 812.0, "needed_w": 1380.0},
            "Waits for the sun: 800 W of surplus, and 1.4 kW are needed",
        ),
    ],
    ReasonCode.SOLAR_ENDS: [
        (
            6,
            {"minimum_a": 6.0, "at": "2026-07-01T12:30:00+00:00"},
            "The sun is gone: 6 A until 14:30, in case it is only a cloud",
        )
    ],
    ReasonCode.SOLAR_MINIMUM: [
        (6, {"minimum_a": 6.0, "surplus_w": 20.0}, "At the minimum of 6 A: the sun gives 0 W of surplus")
    ],
    ReasonCode.SWITCHING_PHASES: [
        (0, {"phases": 1.0}, "Pauses to switch to one phase"),
        (0, {"phases": 3.0}, "Pauses to switch to 3 phases"),
    ],
    ReasonCode.WAKING: [(6, {"tries": 2.0}, "The car does not take what it is offered: it is woken, try 2")],
    ReasonCode.CALLING: [
        (6, {"tries": 1.0}, "Waking the car by its own means, for it does not take what it is offered: try 1")
    ],
    ReasonCode.ASLEEP: [
        (6, {"tries": 3.0}, "The car does not take what it is offered, and could not be woken in 3 tries")
    ],
    ReasonCode.DISOBEDIENT: [
        (0, {"drawn_a": 15.8, "setpoint_a": 6.0}, "The car draws 16 A though it is told 6 A"),
    ],
    ReasonCode.LOAD_RUNS: [(None, {}, "Runs")],
    ReasonCode.LOAD_SHED: [(None, IN_TOTAL, "Switched off: the grid operator allows 4.2 kW")],
    ReasonCode.LOAD_RESTORES: [
        (None, {"at": "2026-07-01T12:30:00+00:00"}, "Comes back at 14:30 if there is still room then")
    ],
    ReasonCode.LOAD_WAITS: [
        (
            None,
            {**ON_L2, "source": "rating", "circuit": "garage_id", "needed_w": 2012.0},
            "Off until there is room for 2 kW: circuit Garage allows 39 A on L2",
        )
    ],
    ReasonCode.LOAD_OFF: [(None, {}, "Off or out of reach, and not by Smart Charging")],
}


@pytest.mark.parametrize("code", ReasonCode)
def test_every_reason_is_a_sentence(code: ReasonCode) -> None:
    for current_a, params, expected in SENTENCES[code]:
        assert said(code, current_a, params) == expected


@pytest.mark.parametrize(
    ("means", "expected"),
    [
        (Means.PAUSE, "The car draws 16 A though it is told 0 A"),
        (Means.STOP, "The car drew 16 A though it was told 0 A: charging was ended"),
        (Means.DISABLE, "The car drew 16 A though it was told 0 A: the charger was taken out of service"),
    ],
)
def test_what_is_done_to_a_charger_that_does_not_obey(means: Means, expected: str) -> None:
    assert said(ReasonCode.DISOBEDIENT, 0, {"drawn_a": 16.0, "setpoint_a": 0.0}, means=means) == expected


SINCE = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        (None, "As usual"),
        (Override(mode=Mode.FAST, since=SINCE), "Charging now until the car is unplugged"),
        (Override(mode=Mode.FAST, since=SINCE, end=OverrideEnd.FULL), "Charging now until the car is full"),
        (
            Override(mode=Mode.FAST, since=SINCE, end=OverrideEnd.ENERGY, energy_kwh=12.5),
            "Charging now until 12.5 kWh are charged",
        ),
        (
            Override(mode=Mode.FAST, since=SINCE, end=OverrideEnd.TIME, until=SINCE + timedelta(hours=8)),
            "Charging now until 22:00",
        ),
    ],
)
def test_what_is_wanted_just_this_once_is_a_sentence(override: Override | None, expected: str) -> None:
    assert override_sentence(speech(), override) == expected


@pytest.mark.parametrize("mode", Mode)
def test_every_mode_can_be_wanted_just_this_once(mode: Mode) -> None:
    assert "override" not in override_sentence(speech(), Override(mode=mode, since=SINCE))


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"source": "user", "limit_id": "night"}, "Held at 9 A: your own limit (Night) allows 10 A on L1"),
        ({"source": "user", "limit_id": "gone"}, "Held at 9 A: your own limit allows 10 A on L1"),
        (
            {"source": "operator", "limit_id": "night", "circuit": "garage_id"},
            "Held at 9 A: the grid operator (Night) allows 10 A on L1 in circuit Garage",
        ),
    ],
)
def test_a_limit_that_comes_and_goes_is_named(params: Params, expected: str) -> None:
    reason = Reason(code=ReasonCode.LIMITED, params={"circuit": "site", "limit_a": 10.0, "phase": "l1", **params})
    setpoint = Setpoint(evse_id="garage", current_a=9.0, reason=reason)
    assert sentence(replace(speech(), limits={"night": "Night"}), setpoint) == expected


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
    assert sentence(async_speech(hass, {}), setpoint) == "No car is plugged in"


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_a_language_that_is_not_loaded_yet_is_told_in_english(hass: HomeAssistant) -> None:
    await async_load_texts(hass)
    hass.config.language = "nl"
    setpoint = Setpoint(evse_id="garage", current_a=0, reason=Reason(code=ReasonCode.NO_CAR))
    assert sentence(async_speech(hass, {}), setpoint) == "No car is plugged in"
