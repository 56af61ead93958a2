"""Who may charge, from the card that is shown to what Home Assistant tells: with real stations at the other end."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest
from homeassistant.components.button.const import DOMAIN as BUTTON_DOMAIN
from homeassistant.components.button.const import SERVICE_PRESS
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import ATTR_ENTITY_ID, STATE_UNKNOWN
from homeassistant.util import dt as dt_util

from custom_components.smart_charging.cards.desk import GRACE_S, SAME
from custom_components.smart_charging.cards.shown import async_list_shown
from custom_components.smart_charging.central import Central, async_find_central
from custom_components.smart_charging.chargers.ocpp_start import PATIENCE
from custom_components.smart_charging.const import SUBENTRY_CARD
from custom_components.smart_charging.csms.authorization import Admittance, Authorization, IdToken
from custom_components.smart_charging.csms.relay.target import RelayTarget
from custom_components.smart_charging.diagnostics import async_get_config_entry_diagnostics
from custom_components.smart_charging.engine.model.evse import NOBODY, STRANGER
from custom_components.smart_charging.engine.model.reason import ReasonCode
from custom_components.smart_charging.wishes import async_cancel_override, async_charge_now

from ..csms import test_offline_cards as offline
from ..csms import v201
from ..csms.peer import CallError, Peer, station_at
from .home import GARAGE, Home, commands
from .parts import card

EVENT, CHARGING_FOR, CHARGE_NOW = "event.garage_card", "sensor.garage_charging_for", "button.garage_charge_now"
ANNA, BEN, CAR = "anna", "ben", "car"


@pytest.fixture
def cards(home: Home) -> Home:
    """A home with Anna's card, Ben's, which is blocked, and a car's contract; not set up yet."""
    home.freezer.move_to("2026-11-24T12:00:00+00:00")
    add_card(home, ANNA, "Anna", card(person="person.anna", vehicle="Zoe", group="family"))
    add_card(home, BEN, "Ben", card(number="04:BE:BE:BE", blocked=True))
    add_card(home, CAR, "Ioniq", card(number="DE-8AA-C12345678-9"))
    return home


def add_card(home: Home, card_id: str, name: str, data: dict[str, Any]) -> None:
    known = ConfigSubentry(
        data=MappingProxyType(data), subentry_id=card_id, subentry_type=SUBENTRY_CARD, title=name, unique_id=None
    )
    home.hass.config_entries.async_add_subentry(home.entry, known)


async def set_up(home: Home, who: str) -> None:
    home.hass.config_entries.async_update_entry(home.entry, options={"who": who})
    await home.set_up()
    await home.meter(500)


async def show(peer: Peer, number: str) -> dict[str, Any]:
    """Hold a card to a station of OCPP 1.6; what it is told."""
    info: dict[str, Any] = (await peer.call("Authorize", idTag=number))["idTagInfo"]
    return info


def told(home: Home) -> dict[str, Any] | None:
    """The last card event's type and attributes."""
    state = home.hass.states.get(EVENT)
    assert state is not None
    names = ("event_type", "name", "person", "vehicle", "number", "accepted")
    return None if state.state == STATE_UNKNOWN else {name: state.attributes[name] for name in names}


def charging_for(home: Home) -> str:
    state = home.hass.states.get(CHARGING_FOR)
    assert state is not None
    return state.state


async def charge_now(home: Home) -> None:
    await home.hass.services.async_call(BUTTON_DOMAIN, SERVICE_PRESS, {ATTR_ENTITY_ID: CHARGE_NOW}, blocking=True)


@pytest.mark.parametrize(
    ("who", "number", "status", "kind"),
    [
        ("everybody", "04a1b2c3", "Accepted", "accepted"),
        ("everybody", "04BEBEBE", "Blocked", "refused"),
        ("everybody", "DEADBEEF", "Accepted", "unknown"),
        ("cards", "04A1B2C3", "Accepted", "accepted"),
        ("cards", "04bebebe", "Blocked", "refused"),
        ("cards", "DEADBEEF", "Invalid", "unknown"),
        ("home_assistant", "04A1B2C3", "Invalid", "refused"),
        ("home_assistant", "DEADBEEF", "Invalid", "unknown"),
    ],
)
async def test_a_card_is_judged_and_told(cards: Home, who: str, number: str, status: str, kind: str) -> None:
    await set_up(cards, who)
    async with cards.station() as peer:
        assert told(cards) is None
        info = await show(peer, number)
        assert info["status"] == status
        assert info.get("parentIdTag") == ("family" if status == "Accepted" and kind == "accepted" else None)
        await cards.until(lambda: told(cards) is not None)
        assert told(cards) == {
            "event_type": kind,
            "name": {"accepted": "Anna", "refused": "Ben"}.get(kind) if status != "Invalid" else told_name(kind),
            "person": "person.anna" if number.upper() == "04A1B2C3" else None,
            "vehicle": "Zoe" if number.upper() == "04A1B2C3" else None,
            "number": f"…{number.upper()[-4:]}",
            "accepted": status == "Accepted",
        }


def told_name(kind: str) -> str | None:
    return "Anna" if kind == "refused" else None


async def test_showing_a_card_and_starting_with_it_is_one_event(cards: Home) -> None:
    await set_up(cards, "cards")
    async with cards.station() as peer:
        await show(peer, "04A1B2C3")
        await cards.until(lambda: told(cards) is not None)
        first = cards.hass.states.get(EVENT)
        await cards.pass_s(2, watts=500)
        await peer.start(idTag="04a1b2c3")
        await cards.turn()
        assert cards.hass.states.get(EVENT) == first
        await cards.pass_s(SAME.total_seconds() + 1, watts=500)
        await show(peer, "04A1B2C3")
        await cards.until(lambda: cards.hass.states.get(EVENT) != first)


async def test_a_charger_tells_who_it_charges_for(cards: Home) -> None:
    await set_up(cards, "everybody")
    async with cards.station() as peer:
        await cards.pass_s(2, watts=500)
        assert (cards.status().card, charging_for(cards)) == (None, STATE_UNKNOWN)
        for number, known, shown in (
            ("04A1B2C3", ANNA, "Anna"),
            ("DEADBEEF", STRANGER, "unknown_card"),
            ("", NOBODY, "nobody"),
        ):
            await peer.status("Preparing")
            transaction_id = await peer.start(idTag=number)
            await peer.status("Charging")
            await cards.until(lambda known=known: cards.status().card == known)  # type: ignore[misc]
            await cards.pass_s(2, watts=500)
            assert charging_for(cards) == shown
            state = cards.hass.states.get(CHARGING_FOR)
            assert state is not None
            assert state.attributes.get("number") == ("…B2C3" if known == ANNA else None)
            await peer.call(
                "StopTransaction", transactionId=transaction_id, meterStop=1000, timestamp="2026-06-01T10:00:00Z"
            )
            await cards.until(lambda: cards.status().card is None)


async def test_an_unknown_card_is_offered_to_be_added_and_known_once_it_is(cards: Home) -> None:
    await set_up(cards, "cards")
    async with cards.station() as peer:
        assert (await show(peer, "DEADBEEF"))["status"] == "Invalid"
        await cards.until(lambda: told(cards) is not None)
        book = cards.entry.runtime_data.setup.cards
        (shown,) = async_list_shown(cards.hass, cards.entry.entry_id, book, dt_util.utcnow())
        assert (shown.number, shown.charger) == ("DEADBEEF", "Garage")

        add_card(cards, "guest", "Guest", card(number=shown.number))
        await cards.hass.async_block_till_done()
        # The charger stayed connected.
        assert (await show(peer, "DEADBEEF"))["status"] == "Accepted"
        book = cards.entry.runtime_data.setup.cards
        assert async_list_shown(cards.hass, cards.entry.entry_id, book, dt_util.utcnow()) == []


async def test_numbers_are_neither_logged_nor_in_diagnostics(cards: Home, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await set_up(cards, "cards")
    async with cards.station() as peer:
        offline.old(peer, offline.FULL)
        for number in ("04A1B2C3", "DEADBEEF", "04BEBEBE"):
            await show(peer, number)
        await peer.start(idTag="04A1B2C3")
        await peer.status("Charging")
        await cards.until(lambda: cards.status().card == ANNA)
        await cards.pass_s(2, watts=500)
        diagnostics = str(await async_get_config_entry_diagnostics(cards.hass, cards.entry))
    ours = "\n".join(record.getMessage() for record in caplog.records if "smart_charging" in record.name)
    for number in ("04A1B2C3", "DEADBEEF", "04BEBEBE", "04:BE:BE:BE"):
        assert number not in diagnostics
        assert number not in ours


async def waits(home: Home, peer: Peer) -> None:
    """Let a car be plugged in, and wait for longer than a station takes to start by itself."""
    await peer.status("Preparing")
    await home.pass_s(PATIENCE.total_seconds() + 40, watts=500)


def starts(peer: Peer) -> list[dict[str, Any]]:
    return [payload for action, payload in peer.calls if action == "RemoteStartTransaction"]


async def test_everybody_s_car_is_started(cards: Home) -> None:
    await set_up(cards, "everybody")
    async with cards.station() as peer:
        await waits(cards, peer)
        assert starts(peer) == [{"connectorId": 1, "idTag": "smart-charging"}]
        assert (await show(peer, "smart-charging"))["status"] == "Accepted"
        assert told(cards) is None


@pytest.mark.parametrize("who", ["cards", "home_assistant"])
async def test_a_car_that_nobody_let_charge_is_not_taken_for_one_that_is_full(cards: Home, who: str) -> None:
    await set_up(cards, who)
    async with cards.station() as peer:
        await peer.status("Preparing")
        await cards.pass_s(300, watts=500)
        assert (cards.setpoint().current_a, cards.setpoint().reason.code) == (0, ReasonCode.NOT_AUTHORIZED)
        await async_charge_now(cards.coordinator, GARAGE, until_full=True)
        await cards.pass_s(60, watts=500)
        await cards.until(lambda: starts(peer) != [])
        assert cards.coordinator.wish(GARAGE) is not None
        assert (await show(peer, "smart-charging"))["status"] == "Accepted"


@pytest.mark.parametrize("who", ["cards", "home_assistant"])
async def test_a_car_is_started_once_home_assistant_is_asked_to(cards: Home, who: str) -> None:
    await set_up(cards, who)
    async with cards.station() as peer:
        await waits(cards, peer)
        assert starts(peer) == []
        assert (await show(peer, "smart-charging"))["status"] == "Invalid"

        await charge_now(cards)
        await cards.pass_s(60, watts=500)
        await cards.until(lambda: starts(peer) != [])
        assert (await show(peer, "smart-charging"))["status"] == "Accepted"
        await cards.charge(peer)
        await cards.pass_s(2, watts=500)
        assert len(starts(peer)) == 1

        # It is over once the car has left.
        await peer.status("Available")
        await cards.pass_s(2, watts=500)
        assert (await show(peer, "smart-charging"))["status"] == "Invalid"
        await waits(cards, peer)
        assert len(starts(peer)) == 1


async def test_a_car_that_was_stopped_on_purpose_is_started_again_when_somebody_asks(cards: Home) -> None:
    await set_up(cards, "everybody")
    async with cards.station() as peer:
        transaction_id = await cards.charge(peer)
        await peer.call(
            "StopTransaction", transactionId=transaction_id, meterStop=2000, timestamp="2026-06-01T11:00:00Z"
        )
        await waits(cards, peer)
        assert starts(peer) == []
        await charge_now(cards)
        await cards.until(lambda: starts(peer) != [])


async def test_what_was_refused_and_charges_all_the_same_is_stopped(
    cards: Home, caplog: pytest.LogCaptureFixture
) -> None:
    await set_up(cards, "cards")
    async with cards.station() as peer:
        transaction_id = await peer.start(idTag="DEADBEEF")
        await cards.pass_s(GRACE_S + 1, watts=500)
        assert not [call for call in peer.calls if call[0] == "RemoteStopTransaction"]
        await peer.status("Charging")
        peer.answers["RemoteStopTransaction"] = lambda _: {"status": "Rejected"}
        await cards.pass_s(GRACE_S + 1, watts=500)
        assert await peer.asked("RemoteStopTransaction") == {"transactionId": transaction_id}
        await cards.until(lambda: "cannot be stopped" in caplog.text)
        await peer.status("SuspendedEV")
        await cards.pass_s(GRACE_S + 1, watts=500)
        assert await peer.asked("RemoteStopTransaction") == {"transactionId": transaction_id}


async def test_what_was_refused_and_ended_by_itself_is_left_alone(cards: Home) -> None:
    await set_up(cards, "cards")
    async with cards.station() as peer:
        transaction_id = await peer.start(idTag="DEADBEEF")
        await peer.call(
            "StopTransaction",
            transactionId=transaction_id,
            meterStop=1000,
            timestamp="2026-06-01T10:00:00Z",
            reason="DeAuthorized",
        )
        await cards.pass_s(GRACE_S + 1, watts=500)
        await peer.start(idTag="04A1B2C3")
        await peer.status("Charging")
        await cards.pass_s(GRACE_S + 1, watts=500)
        assert not [call for call in peer.calls if call[0] == "RemoteStopTransaction"]


async def test_who_is_let_charge_meanwhile_is_not_stopped(cards: Home) -> None:
    await set_up(cards, "home_assistant")
    async with cards.station() as peer:
        await peer.status("Preparing")
        await peer.start(idTag="")
        await peer.status("Charging")
        await cards.turn()
        await charge_now(cards)
        await cards.pass_s(GRACE_S + 1, watts=500)
        # Nor when that is over: it was let charge.
        await async_cancel_override(cards.coordinator, GARAGE)
        await cards.pass_s(GRACE_S + 1, watts=500)
        assert not [call for call in peer.calls if call[0] == "RemoteStopTransaction"]
        assert commands(peer)


@asynccontextmanager
async def station_201(home: Home) -> AsyncIterator[Peer]:
    """A station of OCPP 2.0.1, with nothing plugged in."""
    async with station_at(home.port, subprotocols=("ocpp2.0.1",)) as peer:
        offline.new(peer, {})
        await v201.boot(peer)
        await v201.plug(peer, "Available")
        await home.until(lambda: home.status().offered_a is not None)
        yield peer


@pytest.mark.parametrize(
    ("who", "token", "status", "known"),
    [
        ("cards", {"idToken": "DE8AAC123456789", "type": "eMAID"}, "Accepted", CAR),
        ("cards", {"idToken": "04A1B2C3", "type": "ISO14443"}, "Accepted", ANNA),
        ("cards", {"idToken": "04DEAD04", "type": "ISO14443"}, "Invalid", STRANGER),
        ("cards", {"idToken": "", "type": "NoAuthorization"}, "Invalid", NOBODY),
        ("everybody", {"idToken": "", "type": "NoAuthorization"}, "Accepted", NOBODY),
        ("home_assistant", {"idToken": "DE8AAC123456789", "type": "eMAID"}, "Invalid", CAR),
    ],
)
async def test_a_station_of_2_0_1(cards: Home, who: str, token: dict[str, str], status: str, known: str) -> None:
    await set_up(cards, who)
    async with station_201(cards) as peer:
        await v201.plug(peer, "Occupied")
        answer = await v201.event(peer, "Started", 0, "Charging", idToken=token)
        assert answer["idTokenInfo"]["status"] == status
        await cards.until(lambda: cards.status().card == known)
        await cards.pass_s(GRACE_S + 1, watts=500)
        stops = [payload for action, payload in peer.calls if action == "RequestStopTransaction"]
        assert stops == ([] if status == "Accepted" else [{"transactionId": "T1"}])


async def test_a_transaction_that_waits_for_a_card_is_for_nobody_and_goes_on(cards: Home) -> None:
    await set_up(cards, "cards")
    async with station_201(cards) as peer:
        await v201.plug(peer, "Occupied")
        await v201.event(peer, "Started", 0, "EVConnected")
        await cards.pass_s(GRACE_S + 30, watts=500)
        assert cards.status().card is None
        await v201.event(peer, "Updated", 1, "Charging", idToken={"idToken": "04A1B2C3", "type": "ISO14443"})
        await cards.until(lambda: cards.status().card == ANNA)
        await cards.pass_s(GRACE_S + 1, watts=500)
        assert not {"RequestStopTransaction", "RequestStartTransaction"} & {action for action, _ in peer.calls}


@pytest.fixture
async def handed_on(cards: Home) -> Central:
    """A home for known cards, whose charger is handed on to an operator that decides, and is away."""
    await set_up(cards, "cards")
    central = async_find_central(cards.hass, cards.entry.entry_id)
    assert central is not None
    central.hand_on({"CP1": RelayTarget(url="ws://127.0.0.1:9/", identity="X", decides=True)})
    return central


async def test_whom_an_operator_lets_charge_is_not_stopped(cards: Home, handed_on: Central) -> None:
    relay = handed_on._csms.relays.get("CP1")
    assert relay is not None
    accepted = Authorization(status=Admittance.ACCEPTED)
    relay._books.verdicts.put(IdToken(text="DEADBEEF"), accepted, cards.now())
    async with cards.station() as peer:
        await peer.start(idTag="DEADBEEF")
        await peer.status("Charging")
        await cards.pass_s(GRACE_S + 1, watts=500)
        assert not [call for call in peer.calls if call[0] == "RemoteStopTransaction"]


async def test_the_list_of_a_charger_whose_operator_decides_is_left_alone(cards: Home, handed_on: Central) -> None:
    assert handed_on.leaves_to_operator("CP1")
    async with listing(cards, 7) as peer:
        await cards.turn(500)
        assert not {"ClearCache", "SendLocalList"} & {action for action, _ in peer.calls}


async def test_a_charger_that_is_being_added_asks_all_sites(cards: Home) -> None:
    await set_up(cards, "cards")
    central = async_find_central(cards.hass, cards.entry.entry_id)
    assert central is not None
    central.open_pairing()
    async with station_at(cards.port, "NEW") as peer:
        assert (await show(peer, "04A1B2C3"))["status"] == "Accepted"
        assert (await show(peer, "DEADBEEF"))["status"] == "Invalid"
    central.close_pairing()


# What chargers are told for when they are alone.


def lists(peer: Peer) -> list[list[str]]:
    """The cards in the lists that a station of OCPP 1.6 was sent."""
    return [
        [entry["idTag"] for entry in payload["localAuthorizationList"]]
        for action, payload in peer.calls
        if action == "SendLocalList"
    ]


@asynccontextmanager
async def listing(home: Home, version: int = 0) -> AsyncIterator[Peer]:
    """A station of OCPP 1.6 that keeps a list, of this version."""
    async with station_at(home.port) as peer:
        offline.old(peer, offline.FULL, version)
        await peer.boot()
        await peer.status("Available")
        await home.until(lambda: home.status().offered_a is not None)
        await home.turn(500)
        yield peer


def version_sent(peer: Peer) -> int:
    return int([payload for action, payload in peer.calls if action == "SendLocalList"][-1]["listVersion"])


async def test_a_charger_is_told_of_the_cards_once_and_again_when_they_change(cards: Home) -> None:
    await set_up(cards, "cards")
    async with listing(cards) as peer:
        await cards.until(lambda: lists(peer) != [])
        every = ["04A1B2C3", "04BEBEBE", "04:BE:BE:BE", "DE8AAC123456789", "DE-8AA-C12345678-9"]
        assert lists(peer) == [every]
        version = version_sent(peer)

    await cards.pass_s(5, watts=500)
    async with listing(cards, version) as peer:
        await cards.turn(500)
        assert (lists(peer), [call for call in peer.calls if call[0] == "ClearCache"]) == ([], [])

        cards.hass.config_entries.async_remove_subentry(cards.entry, CAR)
        await cards.hass.async_block_till_done()
        await cards.until(lambda: lists(peer) != [])
        assert lists(peer) == [every[:3]]
        assert version_sent(peer) > version
        assert [call for call in peer.calls if call[0] == "ClearCache"]

    # It lost its list.
    async with listing(cards) as peer:
        await cards.until(lambda: lists(peer) != [])


async def test_a_charger_that_everybody_may_use_keeps_its_settings(cards: Home) -> None:
    await set_up(cards, "everybody")
    async with listing(cards, 7) as peer:
        await cards.until(lambda: any(action == "ClearCache" for action, _ in peer.calls))
        await cards.turn(500)
        assert lists(peer) == []
        assert not offline.written(peer).keys() & {"AllowOfflineTxForUnknownId", "LocalAuthorizeOffline"}

        # Until it was told otherwise, which is then taken back.
        cards.hass.config_entries.async_update_entry(cards.entry, options={"who": "home_assistant"})
        await cards.hass.async_block_till_done()
        await cards.until(lambda: lists(peer) == [[]])
        assert offline.written(peer)["AllowOfflineTxForUnknownId"] == "false"
        cards.hass.config_entries.async_update_entry(cards.entry, options={"who": "everybody"})
        await cards.hass.async_block_till_done()
        await cards.until(lambda: offline.written(peer)["AllowOfflineTxForUnknownId"] == "true")


async def test_without_cards_and_for_everybody_a_charger_is_told_nothing(home: Home) -> None:
    await set_up(home, "everybody")
    async with listing(home) as peer:
        await home.turn(500)
        assert not {"ClearCache", "GetLocalListVersion", "SendLocalList"} & {action for action, _ in peer.calls}


async def test_what_a_charger_does_not_take_is_told_once(cards: Home, caplog: pytest.LogCaptureFixture) -> None:
    await set_up(cards, "cards")
    async with listing(cards) as peer:
        await cards.until(lambda: lists(peer) != [])

        def fail(_payload: dict[str, Any]) -> dict[str, Any]:
            raise CallError("InternalError")

        peer.answers["SendLocalList"] = fail
        for _ in range(2):
            peer.calls.clear()
            await peer.boot()
            await cards.until(lambda: lists(peer) != [])
            await cards.turn(500)
        assert caplog.text.count("does not take all that it should know of cards") == 1


async def test_a_charger_that_does_not_answer_is_told_when_it_is_back(cards: Home) -> None:
    await set_up(cards, "cards")
    async with station_at(cards.port) as peer:
        offline.old(peer, offline.FULL)
        peer.answers["ClearCache"] = lambda _: None
        await peer.boot()
        await peer.status("Available")
        await cards.until(lambda: any(action == "ClearCache" for action, _ in peer.calls))
    await cards.pass_s(timedelta(seconds=5).total_seconds(), watts=500)
    async with listing(cards) as peer:
        await cards.until(lambda: lists(peer) != [])
