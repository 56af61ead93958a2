"""Cards are added to a site, by their number or by holding them to a charger, and changed."""

from datetime import timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charging.cards.shown import LATELY, MOST, ShownCard, async_forget_shown, async_note_shown

from .flow_helpers import add_part, add_site, answer_part, change_part, fields, options_of, suggested
from .parts import card, part

pytestmark = pytest.mark.usefixtures("without_set_up")

FIELDS = ["number", "name", "person", "vehicle", "group", "last_day", "blocked"]
ALL = {
    "number": "04A1B2C3",
    "person": "person.anna",
    "vehicle": "Zoe",
    "group": "family",
    "last_day": "2026-12-31",
    "blocked": True,
}


def cards(site: MockConfigEntry) -> dict[str, dict[str, Any]]:
    """What is stored of each card, by its name."""
    return {card.title: dict(card.data) for card in site.get_subentries_of_type("card")}


def show(hass: HomeAssistant, site: MockConfigEntry, number: str, charger: str = "Garage") -> None:
    """Hold a card to a charger."""
    async_note_shown(hass, site.entry_id, ShownCard(number=number, charger=charger, at=dt_util.utcnow()))


async def test_a_card_by_its_number(hass: HomeAssistant) -> None:
    site = add_site(hass)
    flow = await add_part(hass, site, "card")
    assert (flow["step_id"], fields(flow), options_of(flow, "number")) == ("user", FIELDS, {})

    flow = await answer_part(hass, flow, {"number": " 04A1B2C3 ", "name": " Anna "})

    assert (flow["type"], flow["title"]) == (FlowResultType.CREATE_ENTRY, "Anna")
    assert cards(site) == {"Anna": card()}


async def test_all_that_can_be_said_of_a_card(hass: HomeAssistant) -> None:
    site = add_site(hass)
    await answer_part(hass, await add_part(hass, site, "card"), {**ALL, "name": "Anna"})
    assert cards(site) == {"Anna": ALL}


async def test_a_card_is_held_to_the_charger_while_the_form_is_open(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to("2026-11-24T20:05:00+00:00")
    site = add_site(hass)
    flow = await add_part(hass, site, "card")
    show(hass, site, "04A1B2C3")

    flow = await answer_part(hass, flow, {"name": "Anna"})
    assert flow["errors"] == {"number": "card_number_missing"}
    # The home of the tests is in California.
    assert options_of(flow, "number") == {"04A1B2C3": "…B2C3 · Garage · 12:05"}
    assert suggested(flow) == {"name": "Anna"}

    await answer_part(hass, flow, {"name": "Anna", "number": "04A1B2C3"})
    assert cards(site) == {"Anna": card()}
    # It is known now.
    assert options_of(await add_part(hass, site, "card"), "number") == {}


async def test_the_last_few_that_were_shown_are_offered_for_a_while(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    site = add_site(hass)
    for number in range(MOST + 2):
        show(hass, site, f"AAAA000{number}")
    show(hass, site, "aaaa:0004")
    offered = options_of(await add_part(hass, site, "card"), "number")
    assert list(offered) == ["aaaa:0004", "AAAA0006", "AAAA0005", "AAAA0003", "AAAA0002"]

    freezer.tick(LATELY + timedelta(seconds=1))
    assert options_of(await add_part(hass, site, "card"), "number") == {}


async def test_what_was_shown_goes_with_its_site(hass: HomeAssistant) -> None:
    site, other = add_site(hass), add_site(hass, port=9001)
    show(hass, site, "AAAA0001")
    assert options_of(await add_part(hass, other, "card"), "number") == {}
    async_forget_shown(hass, site.entry_id)
    assert options_of(await add_part(hass, site, "card"), "number") == {}


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"number": ""}, {"number": "card_number_missing"}),
        ({"number": "04-ff"}, {"number": "card_taken"}),
        ({"name": " "}, {"name": "card_name_missing"}),
        ({"group": "x" * 21}, {"group": "group_too_long"}),
    ],
)
async def test_an_impossible_card(hass: HomeAssistant, wrong: dict[str, Any], errors: dict[str, str]) -> None:
    site = add_site(hass, part("card", "ben", card(number="04FF"), "Ben"))
    right = {"number": "04A1B2C3", "name": "Anna"}
    flow = await answer_part(hass, await add_part(hass, site, "card"), {**right, **wrong})
    assert (flow["step_id"], flow["errors"]) == ("user", errors)
    assert (await answer_part(hass, flow, right))["type"] is FlowResultType.CREATE_ENTRY


async def test_a_card_is_changed(hass: HomeAssistant) -> None:
    site = add_site(hass, part("card", "anna", ALL, "Anna"), part("card", "ben", card(number="04FF"), "Ben"))
    flow = await change_part(hass, site, "anna")
    assert (flow["step_id"], suggested(flow)) == ("reconfigure", {"name": "Anna", **ALL})

    flow = await answer_part(hass, flow, {"number": "04ff", "name": "Anna"})
    assert flow["errors"] == {"number": "card_taken"}
    flow = await answer_part(hass, flow, {"number": "04A1B2C3", "name": "Anne", "blocked": False})

    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert cards(site) == {"Anne": card(), "Ben": card(number="04FF")}
