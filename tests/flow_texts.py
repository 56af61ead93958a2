"""Judge, while the tests walk the flows, whether everything that is shown has its text.

tests/repository reads the code, and cannot see a field, an option or an error whose name is made on the way. This sees
what is shown. Together with flows that are covered whole, nothing is left out.
"""

import functools
from collections.abc import Callable, Iterator, Mapping
from string import Formatter
from typing import Any

import pytest
from homeassistant.config_entries import ConfigSubentryFlow, OptionsFlow
from homeassistant.data_entry_flow import FlowHandler, section
from homeassistant.helpers.selector import SelectSelector

from tests.repository.source import INTEGRATION, read_json

type Flow = FlowHandler[Any, Any, Any]
type Result = dict[str, Any]

_OURS = "custom_components.smart_charging"
_CHECKED = ("async_show_form", "async_show_menu", "async_show_progress", "async_abort")


class FlowTexts:
    """The texts of all flows, and what was shown without one."""

    def __init__(self) -> None:
        self._english = read_json(INTEGRATION / "translations" / "en.json")
        self.missing: list[str] = []

    def judge(self, flow: Flow, result: Result) -> None:
        """Look up what one result of `flow` shows."""
        if not type(flow).__module__.startswith(_OURS):
            return
        place = self._place(flow)
        if result["type"] == "abort":
            self._want(place, "abort", result["reason"])
            return
        step = (*place, "step", result["step_id"])
        filled = result.get("description_placeholders") or {}
        if result["type"] == "progress":
            self._want(place, "progress", result["progress_action"])
        else:
            self._want(step, "title")
        if result["type"] == "menu":
            self._judge_menu(step, result["menu_options"])
        if result["type"] == "form":
            self._judge_fields(step, result["data_schema"].schema if result["data_schema"] is not None else {})
            for error in (result["errors"] or {}).values():
                self._want(place, "error", error)
        if filled:
            self._want(step if result["type"] != "progress" else (*place, "progress"), self._first_with_blanks(result))
        shown = "".join(_texts(self._find(step) or {}))
        self.missing += [
            f"{'.'.join(step)}: nothing fills {{{blank}}}"
            for _, blank, _, _ in Formatter().parse(shown)
            if blank and blank not in filled
        ]

    def _first_with_blanks(self, result: Result) -> str:
        return result["progress_action"] if result["type"] == "progress" else "description"

    def _judge_menu(self, step: tuple[str, ...], options: Any) -> None:
        labels = options if isinstance(options, Mapping) else {}
        for option in options:
            if option not in labels:
                self._want(step, "menu_options", option)
            if self._find((*step, "menu_option_descriptions")) is not None:
                self._want(step, "menu_option_descriptions", option)

    def _judge_fields(self, step: tuple[str, ...], fields: Mapping[Any, Any]) -> None:
        for field, kind in fields.items():
            if isinstance(kind, section):
                self._want(step, "sections", str(field), "name")
                self._judge_fields((*step, "sections", str(field)), kind.schema.schema)
                continue
            self._want(step, "data", str(field))
            if isinstance(kind, SelectSelector) and (key := kind.config.get("translation_key")):
                for option in kind.config["options"]:
                    self._want(("selector", key, "options"), option if isinstance(option, str) else option["value"])

    def _place(self, flow: Flow) -> tuple[str, ...]:
        if isinstance(flow, ConfigSubentryFlow):
            return ("config_subentries", flow.handler[1])
        return ("options",) if isinstance(flow, OptionsFlow) else ("config",)

    def _find(self, path: tuple[str, ...]) -> Any:
        found: Any = self._english
        for key in path:
            if not isinstance(found, dict) or key not in found:
                return None
            found = found[key]
        return found

    def _want(self, place: tuple[str, ...], *keys: str) -> None:
        if not self._find((*place, *keys)):
            self.missing.append(".".join((*place, *keys)))


def _texts(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    else:
        for branch in tree.values():
            yield from _texts(branch)


def watch(monkeypatch: pytest.MonkeyPatch) -> FlowTexts:
    """Have every flow's results judged until `monkeypatch` is undone."""
    texts = FlowTexts()

    def judged(show: Callable[..., Result]) -> Callable[..., Result]:
        @functools.wraps(show)
        def wrapper(flow: Flow, **words: Any) -> Result:
            result = show(flow, **words)
            texts.judge(flow, result)
            return result

        return wrapper

    for name in _CHECKED:
        monkeypatch.setattr(FlowHandler, name, judged(getattr(FlowHandler, name)))
    return texts
