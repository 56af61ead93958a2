"""The worked examples of `docs/`: what each row of a page says in bold is what `step` decides.

A row is found by its first cell; its bold amperes are the chargers' setpoints, in their order.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from custom_components.smart_charging.engine.control.override import holds
from custom_components.smart_charging.engine.model.evse import Means
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.off_peak import OffPeak
from custom_components.smart_charging.engine.model.override import Override, OverrideEnd
from custom_components.smart_charging.engine.model.policy import ControlPolicy
from custom_components.smart_charging.engine.model.protection import Protection, ProtectionKind
from custom_components.smart_charging.engine.model.quantities import Phase
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.solar import SolarPolicy
from custom_components.smart_charging.engine.model.strategy import Strategy
from tests.docs.home import Car, Home
from tests.engine.builders import NOW, amps, appliance, charger, mains, rating, status

DOCS = Path(__file__).parents[2] / "docs"
SETTLED_S = 120

type Story = Callable[[], Home]


def told(page: str, row: str) -> list[float]:
    """The bold amperes of the row with this first cell, or else the first ones after these words."""
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rows = [line for line in lines if row in line.split("|")[1].strip().split(", **")]
    if rows and "A**" in "".join(rows):
        return bold(next(line for line in rows if "A**" in line))
    _, found, rest = " ".join(text.split()).partition(row)
    assert found, f"{page}.md does not say {row!r}"
    return bold(rest)[:1]


def bold(text: str) -> list[float]:
    return [float(value) for value in re.findall(r"\*\*([\d.]+) A\*\*", text)]


def garage(right: Phase = Phase.L2, *, total_only: bool = False, schedule_a: float | None = None) -> Home:
    supply = mains(rating(25), phases=3)
    below = mains(rating(20), phases=3, circuit_id="garage", parent_id="site", metered=False)
    evses = tuple(
        charger(name, circuit_id="garage", phases=[phase], maximum_a=16, step_a=0.1)
        for name, phase in (("left", Phase.L1), ("right", right))
    )
    site = Site(circuits=(supply, below), evses=evses, policy=ControlPolicy(margin_a=0.5))
    limits: dict[str, tuple[Limit, ...]] = {}
    if schedule_a is not None:
        limits["garage"] = (Limit(source=LimitSource.SCHEDULE, current_a=schedule_a),)
    cars = {"left": Car(), "right": Car()}
    home = Home(site, cars, amps(2, 12, 3), limits=limits, total_only=total_only)
    return settled(home)


def settled(home: Home, seconds: int = SETTLED_S) -> Home:
    home.live(seconds)
    return home


def boost(*house_a: float, period_s: float = 1.0, ride_out: bool = False) -> Home:
    """9 kVA on one phase. The house goes from one load to the next, each for two minutes, and the last one for 20 s."""
    supply = mains(
        Limit(source=LimitSource.SUBSCRIBED, current_a=9000 / 230),
        meter_period_s=period_s,
        protection=Protection(kind=ProtectionKind.LINKY),
    )
    site = Site(circuits=(supply,), evses=(charger(step_a=0.1),), policy=ControlPolicy(ride_out=ride_out))
    home = Home(site, {"a": Car()}, amps(0))
    for load_a in house_a[:-1]:
        home.house_a = amps(load_a)
        home.live(SETTLED_S)
    home.house_a = amps(house_a[-1])
    return home


def silent() -> Home:
    home = settled(boost(5, 16))
    home.silent = True
    return home


CARS = ("van", "family", "small")


def sharing(strategy: Strategy = Strategy.EQUAL, *, family_a: float = 16, plugged: tuple[str, ...] = CARS) -> Home:
    evses = (
        charger("van", maximum_a=32, step_a=0.1),
        charger("family", maximum_a=16, step_a=0.1, priority=5),
        charger("small", maximum_a=10, step_a=0.1),
    )
    policy = ControlPolicy(strategy=strategy, margin_a=0.5)
    site = Site(circuits=(mains(rating(40)),), evses=evses, policy=policy)
    home = Home(site, {name: Car(plugged=False) for name in CARS}, amps(3.5))
    home.live()
    for name in plugged:
        home.cars[name].plugged = True
        home.live(5)
    home.live(SETTLED_S)
    home.cars["family"].most_a = family_a
    return home


def newcomer(seconds: int) -> Home:
    home = sharing(plugged=("van", "family"))
    home.cars["small"].plugged = True
    home.live(seconds)
    return home


def boiler(seconds: int, *, house_a: float = 5.0, priority: int = 0, maximum_off_s: float | None = None) -> Home:
    load = appliance(priority=priority, maximum_off_s=maximum_off_s)
    policy = ControlPolicy(margin_a=0.5)
    site = Site(circuits=(mains(rating(40)),), evses=(charger(step_a=0.1),), loads=(load,), policy=policy)
    home = Home(site, {"a": Car()}, amps(5))
    home.live(60)
    home.house_a = amps(house_a)
    home.live(seconds)
    return home


def sun(surplus_w: float, mode: Mode, *, battery_w: float | None = None, **solar: float | None) -> Home:
    policy = ControlPolicy(margin_a=0.5, solar=SolarPolicy(**solar))  # type: ignore[arg-type]
    evse = charger(step_a=0.1, maximum_a=16)
    site = Site(circuits=(mains(rating(40)),), evses=(evse,), policy=policy)
    home = Home(site, {"a": Car()}, amps(-surplus_w / 230), modes={"a": mode}, battery_w=battery_w, soc=0.5)
    home.live(250)
    return home


def both(surplus_w: float, **solar: float) -> Story:
    """The same sun for a charger in mode solar, then for one in mode solar_min."""
    return lambda: side_by_side(sun(surplus_w, Mode.SOLAR, **solar), sun(surplus_w, Mode.SOLAR_MIN, **solar))


def day_and_night(mode: Mode) -> Story:
    return lambda: side_by_side(sun(2000, mode), sun(-500, mode))


def dear_and_cheap() -> Home:
    homes: list[Home] = []
    for cheap in (False, True):
        home = sun(-500, Mode.SMART)
        home.off_peak = OffPeak(cheap=cheap)
        homes.append(settled(home))
    return side_by_side(*homes)


def side_by_side(first: Home, second: Home) -> Home:
    """Two homes of one charger each, as if they were one, to be read in a row."""
    evse = second.site.evses[0]
    site = replace(first.site, evses=(first.site.evses[0], replace(evse, evse_id="b")))
    return Home(site, {"a": first.cars["a"], "b": second.cars["a"]}, {})


def deaf(seconds: int) -> Home:
    home = lone_car()
    home.cars["a"].deaf = True
    home.house_a = amps(14)
    home.live(seconds)
    return home


def lone_car(**car: float | bool) -> Home:
    evse = charger(step_a=0.1, maximum_a=16, means=tuple(Means))
    site = Site(circuits=(mains(rating(25)),), evses=(evse,), policy=ControlPolicy(margin_a=0.5))
    return settled(Home(site, {"a": Car(most_a=16, **car)}, amps(4)), 60)  # type: ignore[arg-type]


EXAMPLES: tuple[tuple[str, str, Story], ...] = (
    ("circuits", "on different phases", garage),
    ("circuits", "both on L1", lambda: garage(Phase.L1)),
    ("circuits", "on different phases, the meter knows only the total", lambda: garage(total_only=True)),
    ("circuits", "on different phases, 10 A in the garage by schedule", lambda: garage(schedule_a=10)),
    ("power-boost", "the house takes 5 A", lambda: settled(boost(5))),
    ("power-boost", "the oven: the house takes 16 A", lambda: settled(boost(5, 16), 1)),
    ("power-boost", "the kettle: the house takes 25 A", lambda: settled(boost(5, 16, 25), 1)),
    ("power-boost", "the kettle is done: 16 A", lambda: settled(boost(5, 16, 25, 16), 3)),
    ("power-boost", "everything at once: 36 A", lambda: settled(boost(5, 16, 36), 1)),
    ("power-boost", "16 A again", lambda: settled(boost(5, 16, 36, 16), 16)),
    ("power-boost", "the meter falls silent", lambda: settled(silent(), 11)),
    ("power-boost", "a meter that speaks each minute leaves", lambda: settled(boost(5, 16, period_s=60), 1200)),
    ("power-sharing", "Equally", sharing),
    ("power-sharing", "In proportion", lambda: sharing(Strategy.PROPORTIONAL)),
    ("power-sharing", "By priority", lambda: sharing(Strategy.PRIORITY)),
    ("power-sharing", "First come, first served", lambda: sharing(Strategy.FIRST_COME)),
    ("power-sharing", "before", lambda: newcomer(0)),
    ("power-sharing", "in the same second", lambda: newcomer(1)),
    ("power-sharing", "10 s later", lambda: newcomer(11)),
    ("power-sharing", "while it took all", sharing),
    ("power-sharing", "a minute later", lambda: settled(sharing(family_a=8), 75)),
    ("appliances", "the car starts", lambda: boiler(0)),
    ("appliances", "when it has run for 5 min", lambda: boiler(255)),
    ("appliances", "with priority 5 for the boiler instead", lambda: boiler(600, priority=5)),
    ("appliances", "the house takes 38 A", lambda: boiler(1, house_a=38)),
    ("appliances", "and the car is back at", lambda: boiler(241 + 3661, maximum_off_s=3600)),
    ("solar", "none", both(-500)),
    ("solar", "1,000 W", both(1000)),
    ("solar", "2,000 W", both(2000)),
    ("solar", "2,800 W", both(2800)),
    ("solar", "5,000 W", both(5000)),
    ("solar", "2,000 W, with 25 % from the grid", both(2000, grid_share=0.25)),
    ("solar", "the home battery first", lambda: sun(1000, Mode.SOLAR, battery_w=2000)),
    ("solar", "the car first", lambda: sun(1000, Mode.SOLAR, battery_w=2000, battery_first=False)),
    (
        "solar",
        "the home battery first, but it helps down to 40 %, and is at 50 %",
        lambda: sun(1000, Mode.SOLAR, battery_w=2000, battery_floor_soc=0.4),
    ),
    ("modes", "Off", day_and_night(Mode.OFF)),
    ("modes", "Fast", day_and_night(Mode.FAST)),
    ("modes", "Smart, and off-peak hours from 22:00 to 06:00", dear_and_cheap),
    ("modes", "Solar only", day_and_night(Mode.SOLAR)),
    ("modes", "Minimum and solar", day_and_night(Mode.SOLAR_MIN)),
    ("modes", "Solar only, and charge now", day_and_night(Mode.FAST)),
    ("real-cars", "the house takes 4 A", lone_car),
    ("real-cars", "the house takes 14 A", lambda: deaf(1)),
    ("real-cars", "about 15 s later", lambda: deaf(20)),
    ("real-cars", "It counts as what it draws: offered", lambda: lone_car(share=0.95)),
    ("real-cars", "is offered", lambda: lone_car(asleep=True)),
    ("real-cars", "is woken: the offer is taken away for 10 s", lambda: settled(lone_car(asleep=True), 75)),
    ("real-cars", "is then offered its lowest current, until it draws", lambda: settled(lone_car(asleep=True), 120)),
)


@pytest.mark.parametrize(("page", "row", "story"), EXAMPLES, ids=[f"{page}: {row}" for page, row, _ in EXAMPLES])
def test_a_page_says_what_the_engine_decides(page: str, row: str, story: Story):
    assert told(page, row) == story().offered_a


@pytest.mark.parametrize(
    ("row", "means"),
    [
        ("about 15 s later", Means.PAUSE),
        ("about 15 s after that: charging is ended", Means.STOP),
        ("about 15 s after that: taken out of service", Means.DISABLE),
    ],
)
def test_a_deaf_charger_meets_one_means_after_another(row: str, means: Means):
    home = deaf(20 + 16 * [Means.PAUSE, Means.STOP, Means.DISABLE].index(means))
    assert (home.cars["a"].means, home.offered_a) == (means, told("real-cars", row) or [0])


def test_car_and_oven_are_ridden_out_for_a_minute_on_a_linky():
    home = boost(5, 5, 5, 5, 5, 16, ride_out=True)
    assert home.live(60) == [32]
    assert home.live(10) < [32]
    home.live(600)
    assert home.decision is not None
    assert home.decision.headroom["site"].nearness <= 0.5


def test_the_boiler_is_off_while_the_page_says_so():
    homes = [boiler(0), boiler(255), boiler(600, priority=5), boiler(1, house_a=38)]
    assert [home.off for home in homes] == [set(), {"boiler"}, set(), {"boiler"}]


def test_charge_now_ends_when_10_kwh_are_charged():
    wish = Override(mode=Mode.FAST, since=NOW, end=OverrideEnd.ENERGY, energy_kwh=10)
    charging_s = timedelta(hours=2, minutes=43).total_seconds()
    after_kwh = [3.68 * seconds / 3600 for seconds in (charging_s - 60, charging_s + 60)]
    assert [holds(wish, status(), NOW, session_started_at=None, session_kwh=kwh, full=False) for kwh in after_kwh] == [
        True,
        False,
    ]


def test_every_table_with_bold_amperes_is_held_to_the_engine():
    """A row that nobody computes would rot unseen."""
    computed = {(page, row) for page, row, _ in EXAMPLES}
    pages = {page for page, _ in computed}
    rows = {
        (page, line.split("|")[1].strip().split(", **")[0])
        for page in pages
        for line in (DOCS / f"{page}.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("|") and "A**" in line
    }
    told_elsewhere = {row for row in rows if row[0] == "real-cars" and row[1].startswith("about 15 s after that")}
    assert rows - computed == told_elsewhere
