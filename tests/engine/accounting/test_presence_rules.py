"""Rules that hold whatever cars and chargers say: no car is in two places, and the order of a list means nothing."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from custom_components.smart_charging.engine.accounting.presence import Signs, Whereabouts, settle
from custom_components.smart_charging.engine.model.presence import GUEST, Presence, Sign

CARS = ("zoe", "leaf", "twizy")
CHARGERS = ("garage", "carport", "street")
SIX = datetime(2026, 3, 2, 18, tzinfo=UTC)

moments = st.integers(-90, 90).map(lambda minutes: SIX + timedelta(minutes=minutes))
cars = st.sampled_from(CARS)
signs = st.builds(
    Signs,
    started_at=moments,
    choice=st.none() | st.sampled_from([*CARS, GUEST]),
    card=st.none() | cars,
    usual=st.lists(cars, unique=True).map(tuple),
)
whereabouts = st.builds(Whereabouts, plugged=st.dictionaries(cars, moments), away=st.dictionaries(cars, moments))
parked = st.dictionaries(st.sampled_from(CHARGERS), signs)
presences = st.dictionaries(
    st.sampled_from(CHARGERS),
    st.builds(Presence, started_at=moments, vehicle_id=cars, sign=st.sampled_from(Sign)),
)


@given(before=presences, here=parked, vehicles=whereabouts)
def test_no_car_is_at_two_chargers(before: dict[str, Presence], here: dict[str, Signs], vehicles: Whereabouts):
    settled = settle(before, here, vehicles)
    found = [presence.vehicle_id for presence in settled.values() if presence.vehicle_id is not None]
    assert len(found) == len(set(found))
    assert settled.keys() == here.keys()
    for presence in settled.values():
        # What is not clear is nobody's, and what is known has its sign.
        assert not (presence.candidates and presence.vehicle_id)
        assert presence.vehicle_id is None or presence.sign is not None


@given(before=presences, here=parked, vehicles=whereabouts)
def test_the_order_of_the_lists_means_nothing(
    before: dict[str, Presence], here: dict[str, Signs], vehicles: Whereabouts
):
    backwards = Whereabouts(
        plugged=dict(reversed(list(vehicles.plugged.items()))), away=dict(reversed(list(vehicles.away.items())))
    )
    there = settle(dict(reversed(list(before.items()))), dict(reversed(list(here.items()))), backwards)
    assert there == settle(before, here, vehicles)


@given(before=presences, here=parked, vehicles=whereabouts)
def test_to_look_again_changes_nothing(before: dict[str, Presence], here: dict[str, Signs], vehicles: Whereabouts):
    settled = settle(before, here, vehicles)
    assert settle(settled, here, vehicles) == settled


@given(here=parked, vehicles=whereabouts)
def test_a_person_is_believed(here: dict[str, Signs], vehicles: Whereabouts):
    settled = settle({}, here, vehicles)
    said = [sign.choice for sign in here.values() if sign.choice is not None]
    for evse_id, sign in here.items():
        if sign.choice == GUEST:
            assert settled[evse_id].vehicle_id is None
        elif sign.choice is not None and said.count(sign.choice) == 1:
            assert settled[evse_id].vehicle_id == sign.choice
