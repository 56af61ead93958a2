"""Who may charge: what a card is, and the verdict on whatever is shown to a charger."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from homeassistant.util import dt as dt_util

from custom_components.smart_charging.cards.book import Card, CardBook, WhoMayCharge, masked, plain_number
from custom_components.smart_charging.cards.lists import offline_cards, token_kind
from custom_components.smart_charging.configuration.rules.card import validate_card
from custom_components.smart_charging.configuration.setup import ConfigError, SiteSetup, read_setup
from custom_components.smart_charging.csms.authorization import Admittance, Authorization, IdToken
from custom_components.smart_charging.csms.offline_cards import Offline, OfflineCards
from custom_components.smart_charging.csms.operations import LocalListEntry

from .parts import card, part
from .test_config_circuits import entry
from .test_config_rules import TEXTS

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANNA = Card(card_id="anna", number="04:A1 b2-C3", name="Anna")
EVERYBODY, CARDS, HOME_ASSISTANT = WhoMayCharge

ACCEPTED, BLOCKED, EXPIRED, INVALID = (
    Admittance.ACCEPTED,
    Admittance.BLOCKED,
    Admittance.EXPIRED,
    Admittance.INVALID,
)


@pytest.mark.parametrize(
    ("number", "plain"),
    [
        ("04a1b2c3", "04A1B2C3"),
        (" 04:A1:B2:C3 ", "04A1B2C3"),
        ("DE-8AA-C12345678-9", "DE8AAC123456789"),
        ("DE\N{NON-BREAKING HYPHEN}8AA\N{EN DASH}C1", "DE8AAC1"),
        ("00-1b-63-84-45-e6", "001B638445E6"),
        (":- ", ""),
    ],
)
def test_numbers_are_compared_without_what_people_write_between(number: str, plain: str) -> None:
    assert plain_number(number) == plain


@pytest.mark.parametrize(
    ("number", "shown"), [("04A1B2C3", "…B2C3"), ("04:A1:B2", "…1B2"), ("123", "…3"), ("7", "…"), ("", "…")]
)
def test_of_a_number_at_most_four_digits_and_half_are_shown(number: str, shown: str) -> None:
    assert masked(number) == shown


def test_a_card_does_not_tell_its_number_in_a_log() -> None:
    assert ANNA.number not in repr(ANNA)


@pytest.mark.parametrize(
    ("who", "changes", "status"),
    [
        (EVERYBODY, {}, ACCEPTED),
        (EVERYBODY, {"blocked": True}, BLOCKED),
        (EVERYBODY, {"expires_at": NOW}, EXPIRED),
        (CARDS, {}, ACCEPTED),
        (CARDS, {"blocked": True}, BLOCKED),
        (CARDS, {"blocked": True, "expires_at": NOW}, BLOCKED),
        (CARDS, {"expires_at": NOW}, EXPIRED),
        (CARDS, {"expires_at": NOW + timedelta(seconds=1)}, ACCEPTED),
        (HOME_ASSISTANT, {}, INVALID),
        (HOME_ASSISTANT, {"blocked": True}, BLOCKED),
        (HOME_ASSISTANT, {"expires_at": NOW}, EXPIRED),
    ],
)
@pytest.mark.parametrize("wanted", [False, True])
def test_a_known_card(who: WhoMayCharge, changes: dict[str, Any], status: Admittance, *, wanted: bool) -> None:
    book = CardBook([replace(ANNA, **changes)], who)
    assert book.judge(IdToken(text="04a1b2c3"), NOW, wanted=wanted).status is status


@pytest.mark.parametrize(
    ("number", "token"),
    [
        ("DE-8AA-C12345678-9", IdToken(text="de8aac123456789", kind="eMAID")),
        ("00:1B:63:84:45:E6", IdToken(text="001b638445e6", kind="MacAddress")),
        ("001B638445E6", IdToken(text="00:1B:63:84:45:E6", kind="MacAddress")),
        ("VID:001B638445E6", IdToken(text="VID:001B638445E6")),
    ],
)
def test_a_car_can_identify_itself(number: str, token: IdToken) -> None:
    book = CardBook([replace(ANNA, number=number)], CARDS)
    assert book.judge(token, NOW).accepted
    assert book.find(token) == book.get("anna")


@pytest.mark.parametrize(("who", "status"), [(EVERYBODY, ACCEPTED), (CARDS, INVALID), (HOME_ASSISTANT, INVALID)])
@pytest.mark.parametrize("wanted", [False, True])
@pytest.mark.parametrize("kind", ["", "ISO14443", "eMAID", "Central"])
def test_a_card_that_is_not_known(who: WhoMayCharge, status: Admittance, kind: str, *, wanted: bool) -> None:
    book = CardBook([ANNA], who)
    assert book.judge(IdToken(text="DEADBEEF", kind=kind), NOW, wanted=wanted).status is status
    assert book.find(IdToken(text="DEADBEEF", kind=kind)) is None


@pytest.mark.parametrize(
    "token",
    [
        IdToken(text=""),
        IdToken(text="", kind="NoAuthorization"),
        IdToken(text="smart-charging"),
        IdToken(text="smart-charging", kind="Central"),
    ],
)
@pytest.mark.parametrize(
    ("who", "wanted", "status"),
    [
        (EVERYBODY, False, ACCEPTED),
        (CARDS, False, INVALID),
        (CARDS, True, ACCEPTED),
        (HOME_ASSISTANT, False, INVALID),
        (HOME_ASSISTANT, True, ACCEPTED),
    ],
)
def test_who_shows_no_card_charges_as_home_assistant_wants(
    token: IdToken, who: WhoMayCharge, status: Admittance, *, wanted: bool
) -> None:
    assert CardBook([ANNA], who).judge(token, NOW, wanted=wanted).status is status


def test_a_card_that_bears_our_name_is_no_order_of_ours() -> None:
    token = IdToken(text="smart-charging", kind="KeyCode")
    assert CardBook([], CARDS).judge(token, NOW, wanted=True).status is INVALID


def test_a_verdict_tells_group_and_end() -> None:
    end = NOW + timedelta(days=1)
    book = CardBook([replace(ANNA, group="family", expires_at=end)], CARDS)
    verdict = Authorization(status=ACCEPTED, expires_at=end, group="family")
    assert book.judge(IdToken(text="04A1B2C3"), NOW) == verdict


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("04A1B2C3", "ISO14443"),
        ("04A1B2C3D4E5F6", "ISO14443"),
        # A chip's seven bytes may look like a contract, and are far more common.
        ("DEADBEEF123456", "ISO14443"),
        ("DE8AACA12345678", "eMAID"),
        ("FR8AACG12345678", "eMAID"),
        ("001B638445E6", "MacAddress"),
        ("ANNA", ""),
    ],
)
def test_what_a_number_is_can_be_seen_by_most(number: str, kind: str) -> None:
    assert token_kind(number) == kind


@pytest.mark.parametrize(
    ("who", "offline"), [(EVERYBODY, Offline.EVERYBODY), (HOME_ASSISTANT, Offline.NOBODY), (CARDS, Offline.LISTED)]
)
def test_what_chargers_are_told_for_when_they_are_alone(who: WhoMayCharge, offline: Offline) -> None:
    end = NOW - timedelta(days=1)
    book = CardBook([replace(ANNA, group="family", expires_at=end), replace(ANNA, number="04FF", blocked=True)], who)
    good = Authorization(status=ACCEPTED, expires_at=end, group="family")
    listed = tuple(
        LocalListEntry(id_token=IdToken(text=text, kind=kind), authorization=verdict)
        for text, kind, verdict in (
            ("04A1B2C3", "ISO14443", good),
            ("04:A1 B2-C3", "ISO14443", good),
            ("04FF", "", Authorization(status=BLOCKED)),
        )
    )
    assert offline_cards(book) == OfflineCards(offline=offline, entries=listed if who is CARDS else ())


@pytest.mark.parametrize(
    "data",
    [
        card(),
        card(person="person.anna", vehicle="Zoe", group="x" * 20, last_day="2026-12-31", blocked=True),
        card(number="DE-8AA-C12345678-9"),
        card(number="1" * 255),
    ],
)
def test_a_valid_card(data: dict[str, Any]) -> None:
    assert validate_card([card(number="04FF")], data) == {}


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        (card(number=None), {"number": "card_number_missing"}),
        (card(number=": -"), {"number": "card_number_missing"}),
        (card(number=4711), {"number": "card_number_missing"}),
        (card(number="1" * 256), {"number": "card_number_impossible"}),
        (card(number="04\N{NULL}A1"), {"number": "card_number_impossible"}),
        (card(number="Smart-Charging"), {"number": "card_number_ours"}),
        (card(number="04 ff"), {"number": "card_taken"}),
        (card(person="device_tracker.anna"), {"person": "not_a_person"}),
        (card(vehicle="x" * 101), {"vehicle": "vehicle_too_long"}),
        (card(vehicle=5), {"vehicle": "vehicle_too_long"}),
        (card(group="x" * 21), {"group": "group_too_long"}),
        (card(last_day="some day"), {"last_day": "last_day_unknown"}),
        (card(last_day="9999-12-31"), {"last_day": "last_day_unknown"}),
        (card(blocked="yes"), {"blocked": "blocked_unknown"}),
    ],
)
def test_a_card_that_is_not_valid(data: dict[str, Any], errors: dict[str, str]) -> None:
    assert validate_card([card(number="04FF")], data) == errors
    assert set(errors.values()) <= set(TEXTS["exceptions"])


def setup(*cards: tuple[str, dict[str, Any]], **options: Any) -> SiteSetup:
    parts = [part("card", name.lower(), data, name) for name, data in cards]
    return read_setup(entry(*parts, options=options))


def test_cards_as_they_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    data = card(person="person.anna", vehicle="Zoe", group="family", last_day="2026-12-31", blocked=True)
    with monkeypatch.context() as patch:
        patch.setattr(dt_util, "DEFAULT_TIME_ZONE", dt_util.get_time_zone("Europe/Paris"))
        book = setup(("Anna", data), ("Ben", card(number="04FF", vehicle="", group="")), who="cards").cards
    assert book.who is CARDS
    assert book.cards == (
        Card(
            card_id="anna",
            number="04A1B2C3",
            name="Anna",
            person="person.anna",
            vehicle="Zoe",
            group="family",
            # Midnight in Paris.
            expires_at=datetime(2026, 12, 31, 23, tzinfo=UTC),
            blocked=True,
        ),
        Card(card_id="ben", number="04FF", name="Ben"),
    )


def test_without_a_word_everybody_may_charge() -> None:
    assert (setup().cards.who, setup().cards.cards) == (EVERYBODY, ())


def test_what_cannot_be_read_is_told_and_lets_nobody_charge() -> None:
    with pytest.raises(ConfigError, match="Home: who: who_unknown"):
        setup(who="friends")
    with pytest.raises(ConfigError, match="Anna: blocked: blocked_unknown"):
        setup(("Anna", card(blocked="no")))
    with pytest.raises(ConfigError, match="Anna: number: card_taken"):
        setup(("Anna", card()), ("Ben", card(number="04:a1:b2:c3")))
