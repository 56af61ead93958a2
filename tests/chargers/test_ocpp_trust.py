"""A station's yes is no proof: what is measured is held against its limit."""

from collections.abc import AsyncIterator

import pytest

from custom_components.smart_charging.chargers.errors import ChargerRefusedError
from custom_components.smart_charging.chargers.ocpp import OcppDriver
from custom_components.smart_charging.engine.model.shortcoming import Shortcoming

from .benches import OcppBench, ocpp_bench, profiles


@pytest.fixture
async def bench() -> AsyncIterator[OcppBench]:
    """A car that charges at a station that says yes to everything."""
    async with ocpp_bench() as bench:
        assert isinstance(bench, OcppBench)
        await bench.driver.start(bench.woken)
        await bench.connect()
        await bench.charge()
        yield bench


async def measure(bench: OcppBench, *currents_a: float, every_s: float = 10) -> None:
    for current_a in currents_a:
        bench.clock.advance(every_s)
        await bench.measure(current_a, 1.0)


def offered_a(bench: OcppBench) -> float | None:
    return bench.driver.status.offered_a


def kinds(bench: OcppBench) -> list[str]:
    return [str(sent["csChargingProfiles"]["chargingProfileKind"]) for sent in profiles(bench.station, "TxProfile")]


async def test_a_limit_that_is_followed_is_trusted(bench: OcppBench) -> None:
    await bench.driver.apply(10)
    await measure(bench, 16, 10.9, 10.4, 11.4)
    assert bench.driver.status.offered_a == 10
    assert bench.driver.shortcomings == frozenset()


async def test_what_does_not_follow_is_told_otherwise_and_offers_nobody_knows_what(bench: OcppBench) -> None:
    await bench.driver.apply(10)
    # The first is too early to tell, and one alone may be an old one.
    await measure(bench, 16, every_s=5)
    await measure(bench, 16)
    assert offered_a(bench) == 10
    await measure(bench, 16)
    assert offered_a(bench) is None
    await bench.driver.apply(10)
    assert offered_a(bench) == 10
    assert kinds(bench) == ["Absolute", "Relative"]
    await measure(bench, 10, 10)
    assert bench.driver.shortcomings == frozenset()


async def test_what_did_not_follow_is_forgotten_with_its_transaction(bench: OcppBench) -> None:
    await bench.driver.apply(10)
    await measure(bench, 16, 16, 16)
    assert offered_a(bench) is None
    await bench.station.call("StopTransaction", transactionId=bench._transaction_id, meterStop=2000)
    await bench.station.status("Finishing")
    await bench.woken.until(lambda: bench.driver.status.session_started_at is None)
    assert offered_a(bench) == 6
    await bench.station.start(meterStart=2000)
    await bench.woken.until(lambda: bench.driver.status.session_started_at is not None)
    assert offered_a(bench) == 6


async def test_what_never_follows_is_told_to_its_owner_until_it_does(bench: OcppBench) -> None:
    period = {"startPeriod": 0, "limit": 16, "numberPhases": 3}
    bench.station.answers["GetCompositeSchedule"] = lambda _: {
        "status": "Accepted",
        "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [period]},
    }
    await bench.driver.apply(10)
    for tries in range(40):
        if bench.driver.shortcomings:
            break
        await measure(bench, 16, 16, 16)
        # Another value, so that it is judged anew.
        await bench.driver.apply(10 + tries % 2)
    assert bench.driver.shortcomings == {Shortcoming.LIMITS_IGNORED}
    # What the station says itself is kept for a report, and asked for once.
    await measure(bench, 16, 16, 16)
    assert [stated["limit"] for stated in bench.driver.details["stated_limits"]] == [16]
    assert [action for action, _ in bench.station.calls].count("GetCompositeSchedule") == 1
    await measure(bench, 10)
    assert bench.driver.shortcomings == frozenset()


async def test_one_that_does_not_tell_its_limits_either_has_none_to_report(bench: OcppBench) -> None:
    assert isinstance(bench.driver, OcppDriver)
    await bench.driver._ask_for_limits()
    assert bench.driver.details["stated_limits"] == []


@pytest.mark.parametrize(
    ("vendor", "shortcoming"),
    [("Acme", Shortcoming.LIMITS_REFUSED), ("Schneider Electric", Shortcoming.EXTERNAL_CONTROL_OFF)],
)
async def test_what_takes_no_limit_is_told_to_its_owner_with_what_is_known_to_help(
    bench: OcppBench, vendor: str, shortcoming: Shortcoming
) -> None:
    await bench.station.boot(chargePointVendor=vendor)
    bench.refuse()

    def limits() -> frozenset[Shortcoming]:
        return bench.driver.shortcomings - {Shortcoming.FAILSAFE_REFUSED}

    for _ in range(3):
        assert limits() == frozenset()
        with pytest.raises(ChargerRefusedError):
            await bench.driver.apply(10)
    assert limits() == {shortcoming}
    del bench.station.answers["SetChargingProfile"]
    await bench.driver.apply(10)
    assert limits() == frozenset()


async def test_a_reading_without_a_current_proves_nothing(bench: OcppBench) -> None:
    await bench.driver.apply(10)
    for _ in range(3):
        bench.clock.advance(20)
        await bench.station.meter({"value": "9", "measurand": "SoC"})
    assert bench.driver.shortcomings == frozenset()
