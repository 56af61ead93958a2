"""What drivers find out becomes part of the site that is steered."""

from dataclasses import replace
from typing import Any, cast

import pytest

from custom_components.smart_charging.abilities import with_abilities
from custom_components.smart_charging.chargers.driver import ChargerDriver
from custom_components.smart_charging.engine.model.evse import Capabilities, Evse
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase

from ..engine.builders import site


class Able:
    """A driver, as far as it tells what its charger can do."""

    def __init__(self, **can: Any) -> None:
        self.capabilities = Capabilities(**can)


def drivers(able: Able) -> dict[str, ChargerDriver]:
    return {"garage": cast("ChargerDriver", able)}


GARAGE = Evse(evse_id="garage", circuit_id="site", phases=ALL_PHASES)


@pytest.mark.parametrize(
    ("phases", "told", "switches"),
    [(ALL_PHASES, True, True), (ALL_PHASES, False, False), ((Phase.L1,), True, False)],
)
def test_a_charger_switches_phases_where_its_driver_says_so_and_it_has_three(
    phases: tuple[Phase, ...], told: bool, switches: bool
) -> None:
    before = site(replace(GARAGE, phases=phases))
    after = with_abilities(before, drivers(Able(can_switch_phases=told, can_switch_under_load=told)))
    assert after.evses[0].can_switch_phases is switches


def test_one_that_turns_out_not_to_switch_is_not_switched() -> None:
    before = site(replace(GARAGE, can_switch_phases=True))
    assert not with_abilities(before, drivers(Able())).evses[0].can_switch_phases


def test_the_site_stays_the_same_where_nothing_changed() -> None:
    before = site(GARAGE, replace(GARAGE, evse_id="carport"))
    assert with_abilities(before, drivers(Able())) is before
