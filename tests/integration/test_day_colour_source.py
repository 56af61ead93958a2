"""Colours of days, as the entities of several integrations tell them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from custom_components.smart_charging.sources.day_colour import DayColourSource
from custom_components.smart_charging.tariffs.ready import READY_TARIFFS

TODAY_ID, TOMORROW_ID = "sensor.today", "sensor.tomorrow"
NOON = datetime(2026, 1, 14, 11, tzinfo=UTC)
TODAY, TOMORROW = date(2026, 1, 14), date(2026, 1, 15)


@pytest.fixture(autouse=True)
async def _in_paris(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    await hass.config.async_set_time_zone("Europe/Paris")
    freezer.move_to(NOON)


def make(hass: HomeAssistant, key: str = "fr_tempo", told: dict[date, str] | None = None) -> DayColourSource:
    days = READY_TARIFFS[key].days
    assert days is not None
    return DayColourSource(hass, days, today_id=TODAY_ID, tomorrow_id=TOMORROW_ID, told=told)


@pytest.mark.parametrize(
    ("key", "said", "colour"),
    [
        ("fr_tempo", "Bleu", "blue"),
        ("fr_tempo", "Blanc", "white"),
        ("fr_tempo", "Rouge", "red"),
        ("fr_tempo", "TEMPO_ROUGE", "red"),
        ("fr_tempo", "white", "white"),
        ("fr_tempo", "off_peak_red_day", None),
        ("fr_tempo", "inconnu", None),
        ("fr_tempo", "unknown", None),
        ("fr_tempo", "unavailable", None),
        ("fr_tempo", "----", None),
        ("fr_tempo", "EJP", None),
        ("fr_ejp", "EJP", "mobile_peak"),
        ("fr_ejp", "Pas d'EJP", "normal"),
        ("fr_ejp", "NON EJP", "normal"),
        ("fr_ejp", "normal", "normal"),
        ("fr_ejp", "on", "mobile_peak"),
        ("fr_ejp", "off", "normal"),
        ("fr_ejp", "Rouge", "mobile_peak"),
        ("fr_ejp", "Bleu", "normal"),
    ],
)
async def test_words(hass: HomeAssistant, key: str, said: str, colour: str | None) -> None:
    hass.states.async_set(TODAY_ID, said)
    assert make(hass, key).reading(NOON) == ({} if colour is None else {TODAY: colour})


async def test_tomorrow_is_the_day_after_the_one_on_which_it_was_told(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    source = make(hass)
    hass.states.async_set(TODAY_ID, "Blanc")
    hass.states.async_set(TOMORROW_ID, "Rouge")
    assert source.reading(NOON) == {TODAY: "white", TOMORROW: "red"}
    # At three in the night it is still the day that began at six; who fell silent then tells nothing of the next.
    freezer.move_to(NOON + timedelta(hours=15))
    assert source.reading(dt_util.utcnow()) == {TODAY: "white", TOMORROW: "red"}
    freezer.move_to(NOON + timedelta(hours=20))
    assert source.reading(dt_util.utcnow()) == {TODAY: "white", TOMORROW: "red"}
    hass.states.async_set(TODAY_ID, "Rouge")
    hass.states.async_set(TOMORROW_ID, "inconnu")
    assert source.reading(dt_util.utcnow()) == {TODAY: "white", TOMORROW: "red"}
    freezer.move_to(NOON + timedelta(days=3))
    assert source.reading(dt_util.utcnow()) == {TOMORROW: "red"}


async def test_news_are_told(hass: HomeAssistant) -> None:
    source = make(hass, told={TODAY: "blue"})
    heard: list[str] = []
    source.start(lambda: heard.append("!"))
    counts: list[int] = []
    for said in ("inconnu", "Blanc", "unavailable", "Blanc"):
        hass.states.async_set(TOMORROW_ID, said)
        await hass.async_block_till_done()
        counts.append(len(heard))
    assert counts == [0, 1, 1, 1]
    assert source.reading(NOON) == {TODAY: "blue", TOMORROW: "white"}
    source.stop()
    hass.states.async_set(TOMORROW_ID, "Rouge")
    await hass.async_block_till_done()
    assert len(heard) == 1
