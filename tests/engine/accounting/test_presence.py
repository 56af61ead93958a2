"""Which car is at which charger: by choice, by card, by the time at which it was plugged in, by habit; else it is a guest's."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charging.engine.accounting.presence import Signs, Whereabouts, settle
from custom_components.smart_charging.engine.model.presence import GUEST, Presence, Sign

SIX = datetime(2026, 3, 2, 18, tzinfo=UTC)


def at(minutes: float) -> datetime:
    """So many minutes after six."""
    return SIX + timedelta(minutes=minutes)


def settled(
    signs: Mapping[str, Signs],
    *,
    plugged: Mapping[str, float] | None = None,
    away: Mapping[str, float] | None = None,
    before: Mapping[str, Presence] | None = None,
) -> dict[str, Presence]:
    """Settle it; times in minutes after six."""
    vehicles = Whereabouts(
        plugged={car: at(minutes) for car, minutes in (plugged or {}).items()},
        away={car: at(minutes) for car, minutes in (away or {}).items()},
    )
    return settle(before or {}, signs, vehicles)


def who(presences: Mapping[str, Presence]) -> dict[str, str | None]:
    """Say it in short: a vehicle, None for a guest, "a or b" for what is not clear."""
    return {key: presence.vehicle_id or " or ".join(presence.candidates) or None for key, presence in presences.items()}


ARRIVED = Signs(started_at=SIX)


@pytest.mark.parametrize(
    ("signs", "plugged", "found", "sign"),
    [
        pytest.param(ARRIVED, {}, None, None, id="nothing known: a guest"),
        pytest.param(Signs(started_at=SIX, card="zoe"), {}, "zoe", Sign.CARD, id="its card"),
        pytest.param(
            Signs(started_at=SIX, choice="leaf", card="zoe"), {}, "leaf", Sign.CHOICE, id="a person knows better"
        ),
        pytest.param(Signs(started_at=SIX, choice=GUEST, card="zoe"), {}, None, Sign.CHOICE, id="a guest, by choice"),
        pytest.param(Signs(started_at=SIX, card="zoe"), {"leaf": 0}, "zoe", Sign.CARD, id="a card before a plug"),
        pytest.param(ARRIVED, {"leaf": 0}, "leaf", Sign.PLUGGED, id="plugged in at the same time"),
        pytest.param(ARRIVED, {"leaf": 60}, "leaf", Sign.PLUGGED, id="told an hour late"),
        pytest.param(ARRIVED, {"leaf": 61}, None, None, id="plugged in somewhere else since"),
        pytest.param(ARRIVED, {"leaf": -5}, "leaf", Sign.PLUGGED, id="its clock is ahead"),
        pytest.param(ARRIVED, {"leaf": -6}, None, None, id="plugged in somewhere else before"),
        pytest.param(Signs(started_at=SIX, usual=("zoe",)), {}, "zoe", Sign.USUAL, id="as always"),
        pytest.param(Signs(started_at=SIX, usual=("zoe",)), {"leaf": 1}, "leaf", Sign.PLUGGED, id="not as always"),
    ],
)
def test_one_charger(signs: Signs, plugged: dict[str, float], found: str | None, sign: Sign | None):
    (presence,) = settled({"garage": signs}, plugged=plugged).values()
    assert presence == Presence(started_at=SIX, vehicle_id=found, sign=sign)


@pytest.mark.parametrize(
    ("garage", "carport", "plugged", "found"),
    [
        pytest.param(0, 40, {"zoe": 1, "leaf": 41}, {"garage": "zoe", "carport": "leaf"}, id="two cars, two times"),
        pytest.param(0, 2, {"zoe": 0, "leaf": 2}, {"garage": "zoe", "carport": "leaf"}, id="the nearer in time"),
        pytest.param(
            0, 0, {"zoe": 10, "leaf": 10}, {"garage": "leaf or zoe", "carport": "leaf or zoe"}, id="both at once"
        ),
        pytest.param(0, 0, {"zoe": 5}, {"garage": "zoe", "carport": "zoe"}, id="one of two chargers"),
        pytest.param(0, 30, {"zoe": 5}, {"garage": "zoe", "carport": None}, id="and a guest"),
    ],
)
def test_two_chargers(garage: float, carport: float, plugged: dict[str, float], found: dict[str, str | None]):
    signs = {"garage": Signs(started_at=at(garage)), "carport": Signs(started_at=at(carport))}
    presences = settled(signs, plugged=plugged)
    assert who(presences) == found
    # The order in which they are listed changes nothing.
    backwards = dict(reversed(signs.items()))
    assert settled(backwards, plugged=dict(reversed(plugged.items()))) == presences


def test_what_is_not_clear_belongs_to_nobody_until_somebody_says():
    signs = {"garage": ARRIVED, "carport": ARRIVED}
    unclear = settled(signs, plugged={"zoe": 10, "leaf": 10})
    assert [presence.vehicle_id for presence in unclear.values()] == [None, None]
    # Of the other one it is clear then.
    signs["garage"] = Signs(started_at=SIX, choice="zoe")
    said = settled(signs, plugged={"zoe": 10, "leaf": 10}, before=unclear)
    assert who(said) == {"garage": "zoe", "carport": "leaf"}


def test_who_was_found_stays_until_the_car_is_unplugged():
    found = settled({"garage": ARRIVED}, plugged={"zoe": 1})
    assert settled({"garage": ARRIVED}, before=found) == found
    by_card = settled({"garage": Signs(started_at=SIX, card="leaf")}, before=found)
    assert who(by_card) == {"garage": "leaf"}
    # The transaction is over, and the car is still there.
    assert settled({"garage": ARRIVED}, before=by_card) == by_card
    assert who(settled({"garage": Signs(started_at=at(90))}, before=by_card)) == {"garage": None}
    assert settled({}, before=by_card) == {}


def test_a_match_in_time_is_dropped_when_the_car_says_that_it_is_elsewhere():
    found = settled({"garage": ARRIVED}, plugged={"zoe": 40})
    # What it says of the time before it was plugged in, or just after, is no news.
    assert who(settled({"garage": ARRIVED}, before=found, away={"zoe": 4})) == {"garage": "zoe"}
    assert who(settled({"garage": ARRIVED}, before=found, away={"zoe": 90})) == {"garage": None}
    by_card = settled({"garage": Signs(started_at=SIX, card="zoe")})
    assert who(settled({"garage": ARRIVED}, before=by_card, away={"zoe": 90})) == {"garage": "zoe"}


def test_a_choice_that_is_taken_back_leaves_nothing_behind():
    chosen = settled({"garage": Signs(started_at=SIX, choice="zoe")})
    assert who(settled({"garage": ARRIVED}, before=chosen)) == {"garage": None}


def test_a_vehicle_is_at_one_charger_only():
    # Anna's card for a guest: the car itself is where it was plugged in last.
    signs = {"garage": Signs(started_at=SIX, card="zoe"), "carport": Signs(started_at=at(30), card="zoe")}
    assert who(settled(signs)) == {"garage": None, "carport": "zoe"}
    signs["garage"] = Signs(started_at=SIX, choice="zoe")
    assert who(settled(signs)) == {"garage": "zoe", "carport": None}


@pytest.mark.parametrize(
    ("away", "found"),
    [
        pytest.param({"zoe": 20}, None, id="it says that it is elsewhere"),
        pytest.param({"zoe": 4}, "zoe", id="it has hardly had the time to say that it is here"),
        pytest.param({"zoe": -30}, "zoe", id="it said so on its way"),
    ],
)
def test_the_usual_car_unless_it_says_otherwise(away: dict[str, float], found: str | None):
    usual = {"garage": Signs(started_at=SIX, usual=("zoe",))}
    assert who(settled(usual, away=away)) == {"garage": found}


def test_two_cars_that_share_a_charger_are_told_apart_when_one_is_elsewhere():
    shared = Signs(started_at=SIX, usual=("leaf", "zoe"))
    assert who(settled({"garage": shared})) == {"garage": "leaf or zoe"}
    assert who(settled({"garage": shared}, away={"leaf": 20})) == {"garage": "zoe"}
    signs = {"garage": shared, "carport": Signs(started_at=SIX, card="leaf")}
    assert who(settled(signs)) == {"garage": "zoe", "carport": "leaf"}
