"""The tree of circuits."""

import pytest

from tests.engine.builders import charger, mains, rating, site

TREE = site(
    charger("socket", circuit_id="garage"),
    charger("wall"),
    circuits=[mains(rating(40)), mains(rating(20), circuit_id="garage", parent_id="site", metered=False)],
)


def test_a_path_leads_to_the_root():
    assert [circuit.circuit_id for circuit in TREE.path("garage")] == ["garage", "site"]


def test_chargers_are_found_at_any_depth():
    assert [evse.evse_id for evse in TREE.evses_below("site")] == ["socket", "wall"]
    assert [evse.evse_id for evse in TREE.evses_below("garage")] == ["socket"]


def test_a_circuit_that_is_not_there_is_a_key_error():
    with pytest.raises(KeyError, match="cellar"):
        TREE.circuit("cellar")
