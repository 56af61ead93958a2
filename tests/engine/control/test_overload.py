"""Which circuits carry too much right now."""

from collections.abc import Sequence

import pytest

from custom_components.smart_charging.engine.control.freshness import MeterView
from custom_components.smart_charging.engine.control.overload import Overload
from custom_components.smart_charging.engine.control.view import EvseView
from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase
from custom_components.smart_charging.engine.model.state import EvseMemory
from tests.engine.builders import NOW, PLAIN, charger, contract, mains, rating, reading, site, status

ON_L2 = charger(phases=(Phase.L2,))


def overload(
    read: MeterReading, *evses: Evse, circuits: Sequence[Circuit], known: bool = True, of: EvseStatus | None = None
) -> Overload:
    seen = of or status(draws=[16])
    return Overload(
        site=site(*evses, circuits=circuits),
        meters={"site": MeterView(reading=read, known=known, silent_s=0.0)},
        views={
            evse.evse_id: EvseView(evse=evse, status=seen, memory=EvseMemory(), now=NOW, policy=PLAIN) for evse in evses
        },
    )


@pytest.mark.parametrize(
    ("read", "limits", "exceeded"),
    [
        pytest.param(reading(30, 20, 5), [rating(25)], False, id="on a phase that is not the charger's"),
        pytest.param(reading(5, 25.6, 5), [rating(25)], True, id="on its phase"),
        pytest.param(reading(5, 25.4, 5), [rating(25)], False, id="by less than a meter's error"),
        pytest.param(reading(20, 20, 20), [rating(25), contract(12_000)], True, id="in total"),
        pytest.param(reading(power_w=18_000), [rating(25)], True, id="a total that is too much, however it is spread"),
        pytest.param(reading(power_w=15_000), [rating(25)], False, id="a total that may be fine"),
        pytest.param(reading(30, 30, 30), [], False, id="no limit"),
        pytest.param(reading(30, 30, 30), [Limit(source=LimitSource.OPERATOR, current_a=6, chargers_only=True)], False, id="a limit for the chargers alone"),
    ],
)  # fmt: skip
def test_a_metered_circuit(read: MeterReading, limits: list[Limit], exceeded: bool):
    assert overload(read, ON_L2, circuits=[mains(*limits, phases=3)]).concerns(ON_L2) is exceeded


def test_a_meter_that_is_not_known_says_nothing():
    assert not overload(reading(90, 90, 90), ON_L2, circuits=[mains(rating(25), phases=3)], known=False).concerns(ON_L2)


def test_a_circuit_without_a_meter_carries_what_its_chargers_measure():
    garage = mains(rating(30), circuit_id="garage", phases=3, parent_id="site", metered=False)
    two = [charger(name, phases=ALL_PHASES[:1], circuit_id="garage") for name in "ab"]
    tree = [mains(rating(63), phases=3), garage]
    assert overload(reading(32, 0, 0), *two, circuits=tree).concerns(two[0])
    assert not overload(reading(32, 0, 0), *two[:1], circuits=tree).concerns(two[0])
    unheard = status(current_a=None, measured_at=None)
    assert not overload(reading(32, 0, 0), *two, circuits=tree, of=unheard).concerns(two[0])
