"""Cars that are done come last: they have their minimum only where nobody else wants it, and are asked again each hour."""

from dataclasses import replace

import pytest

from custom_components.smart_charging.engine.control.allocate import allocate
from custom_components.smart_charging.engine.control.sharing import queue
from custom_components.smart_charging.engine.model.reason import Reason, ReasonCode
from custom_components.smart_charging.engine.model.strategy import Strategy
from tests.engine.builders import NOW, leaves, wants


@pytest.mark.parametrize("strategy", Strategy)
def test_it_keeps_its_minimum_where_there_is_room(strategy: Strategy):
    done = replace(wants("b", 6), done=True)
    given = allocate([leaves(40, "ab")], [wants("a"), done], strategy)
    assert [given[name].current_a for name in "ab"] == [32, 6]


@pytest.mark.parametrize("strategy", Strategy)
def test_and_gives_it_up_where_there_is_none(strategy: Strategy):
    done = replace(wants("b", 6), done=True)
    given = allocate([leaves(30, "ab")], [wants("a"), done], strategy)
    assert [given[name].current_a for name in "ab"] == [30, 0]


def test_who_takes_nothing_queues_last():
    idle = replace(wants("a"), reason=Reason(code=ReasonCode.NOT_TAKING))
    assert [item.evse_id for item in queue([idle, wants("b")], NOW, 60)] == ["b", "a"]
