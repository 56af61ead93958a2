"""What every test shares: one import, chance that is the same on each run, no deprecated call and no missing text."""

import logging
from collections.abc import Iterator
from typing import override

import pytest
from hypothesis import HealthCheck, settings

# Home Assistant's loader looks for `custom_components` in its own folder unless it was imported from here before.
import custom_components.smart_charging  # noqa: F401
from tests import flow_texts

# Derandomised: a run that fails, fails again. No deadline: a loaded machine is no fault of the code.
settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that take minutes of real time, so that the others run beside them."""
    items.sort(key=lambda item: "e2e" not in item.path.parts)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a certificate by its argument: it is another one on each run, and in each process of one."""
    return argname if "-----BEGIN" in str(val) else None


class DeprecationReports(logging.Handler):
    """Keeps what Home Assistant logs about this integration's use of what will be gone (frame.py, deprecation.py)."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.reports: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if "smart_charging" in message and ("Detected that" in message or "deprecated" in message.lower()):
            self.reports.append(message)


@pytest.fixture(autouse=True)
def no_deprecated_call() -> Iterator[None]:
    """Fail a test in which Home Assistant reported this integration."""
    handler = DeprecationReports()
    logging.getLogger("homeassistant").addHandler(handler)
    yield
    logging.getLogger("homeassistant").removeHandler(handler)
    assert handler.reports == []


@pytest.fixture(autouse=True)
def every_shown_text_is_there(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test in which a flow showed a step, field, option or error that en.json has no words for."""
    texts = flow_texts.watch(monkeypatch)
    yield
    assert sorted(set(texts.missing)) == []
