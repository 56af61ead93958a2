"""The driver of a charger over MQTT, whatever its kind (`preset.py`).

What it says is pushed. A setpoint is acknowledged once the charger shows it or, where it shows nothing of the sort, once
the broker has it. One that shows something else instead has refused it; one that shows nothing may have taken it.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, Final, override

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.template import Template

from ...const import CONF_WIRING
from ...engine.model.evse import Capabilities, Evse, EvseStatus, Means, WatchdogKind
from ...engine.model.operation import Connection
from ...engine.model.shortcoming import Shortcoming
from ..driver import ChargerDriver
from ..errors import (
    ChargerError,
    ChargerLacksError,
    ChargerRefusedError,
    ChargerSilentError,
    ChargerUnfitError,
    ChargerUnreachableError,
    Unfit,
)
from ..offers import SETTLES, Offers
from ..polled import KEPT, RENEW_AFTER_S, STEERED
from ..seen import Seen
from .library import presets
from .line import Line
from .preset import Preset
from .reading import Said, at
from .teller import Teller

_LOGGER: Final = logging.getLogger(__name__)

CONF_PRESET: Final = "preset"
"""The name of a preset in the library."""
CONF_PREFIX: Final = "prefix"
"""What its topics begin with."""

PATIENCE_S: Final = 8.0
"""For all messages of a setpoint, and until it shows: less than who commands waits for it."""
LOOK_EVERY_S: Final = 5.0
"""How often it is looked whether it has fallen silent."""


def preset_of(data: Mapping[str, Any]) -> Preset:
    """Give the preset of a valid charger."""
    return presets()[data[CONF_PRESET]]


def mqtt_capabilities(data: Mapping[str, Any]) -> Capabilities:
    """What a stored charger can do."""
    return capabilities_of(preset_of(data), len(data.get(CONF_WIRING) or ()) or 3)


def capabilities_of(preset: Preset, phases: int = 3) -> Capabilities:
    """What the chargers of a kind have in common."""
    writing, switching, watchdog = preset.writing, preset.phases, preset.watchdog
    if watchdog.kind is WatchdogKind.HEARTBEAT and watchdog.renew_after_s is None:
        # What keeps it content is no decision.
        watchdog = replace(watchdog, renew_after_s=RENEW_AFTER_S)
    return Capabilities(
        phases=phases,
        minimum_a=writing.minimum_a,
        maximum_a=writing.maximum_a,
        step_a=writing.step_a,
        can_pause=writing.can_pause,
        can_switch_phases=switching is not None and switching.when is None,
        can_switch_under_load=switching is not None and not switching.while_paused,
        means=(Means.OFFER, Means.PAUSE) if writing.can_pause else (Means.OFFER,),
        watchdog=watchdog,
        write_interval_s=writing.interval_s,
    )


def make_mqtt(hass: HomeAssistant, data: Mapping[str, Any], evse: Evse, now: Callable[[], datetime]) -> ChargerDriver:
    """Make the driver of a stored charger. `now` gives aware times in UTC."""
    return MqttDriver(hass, preset_of(data), str(data[CONF_PREFIX]), evse, now)


class MqttDriver(ChargerDriver):
    """Steers a charger by its topics. `now` gives aware times in UTC."""

    def __init__(  # noqa: PLR0913
        self,
        hass: HomeAssistant,
        preset: Preset,
        prefix: str,
        evse: Evse,
        now: Callable[[], datetime],
        *,
        patience_s: float = PATIENCE_S,
        look_every_s: float = LOOK_EVERY_S,
        retry_s: float = 10.0,
    ) -> None:
        self._hass = hass
        self._preset = preset
        self._prefix = prefix.strip().rstrip("/")
        self._evse = evse
        self._now = now
        self._patience_s = patience_s
        self._look_every_s = look_every_s
        self._can = capabilities_of(preset)
        self._line = Line(hass, self._heard, self._lost_or_found, retry_s)
        # Topics by what the broker calls them.
        self._topics = {at(topic, self._prefix): topic for topic in preset.topics}
        self._said = Said(preset, self._prefix, self._render)
        self._offers = Offers(now)
        self._teller = Teller(self._line, preset, self._prefix, self._said, offers=self._offers, evse=evse, now=now)
        self._switch = self._teller.switch
        self._templates: dict[str, Template] = {}
        self._end_job: CALLBACK_TYPE = lambda: None
        self._on_status: Callable[[], None] = lambda: None
        self._tasks: tuple[asyncio.Task[None], ...] = ()
        self._one_by_one = asyncio.Lock()
        self._seen = Seen(evse, now)
        self._deaf = False
        self._heard_at: datetime | None = None
        self._measured_at: datetime | None = None
        self._commanded_at: datetime | None = None
        self._doubted_at: datetime | None = None
        self._told: deque[Mapping[str, Any]] = deque(maxlen=KEPT)

    @property
    @override
    def capabilities(self) -> Capabilities:
        evse = self._evse
        return replace(
            self._can,
            phases=len(evse.phases),
            minimum_a=evse.minimum_a,
            maximum_a=evse.maximum_a,
            can_switch_phases=self._switch.possible,
        )

    @property
    @override
    def status(self) -> EvseStatus:
        measured_at = self._heard_at if self._preset.on_change else self._measured_at
        return self._seen.status(offer=self._offers.offer, offered_a=self._offered_a, measured_at=measured_at)

    @property
    @override
    def connection(self) -> Connection:
        return Connection(last_message_at=self._heard_at)

    @property
    @override
    def shortcomings(self) -> frozenset[Shortcoming]:
        found = set()
        if self._preset.watchdog.kind is WatchdogKind.NONE:
            found.add(Shortcoming.NO_WATCHDOG)
        if self._said.lacks:
            found.add(Shortcoming.API_OFF)
        if self._offers.fought_over:
            found.add(Shortcoming.LIMIT_FOUGHT_OVER)
        return frozenset(found)

    @property
    @override
    def details(self) -> Mapping[str, Any]:
        """What it said, and the last commands with what became of them."""
        return {
            "preset": self._preset.name,
            "broker": self._line.connected,
            "said": asdict(self._seen.reading),
            "told": list(self._told),
        }

    @override
    async def start(self, on_status: Callable[[], None]) -> None:
        self._on_status = on_status
        self._seen.reachable_since = self._now()
        self._line.start(self._topics)
        # The broker is left when Home Assistant stops, at the same time as everything else: this comes before that.
        self._end_job = self._hass.async_add_shutdown_job(HassJob(self._shut_down, "smart_charging mqtt charger"))
        loop = asyncio.get_running_loop()
        self._tasks = (loop.create_task(self._look_on()),)
        if self._preset.dog.beat:
            self._tasks += (loop.create_task(self._beat_on()),)

    @override
    async def stop(self) -> None:
        tasks, self._tasks = self._tasks, ()
        self._end_job()
        self._end_job = lambda: None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._on_status = lambda: None
        if tasks:
            await self._step_down()
        await self._line.stop()

    @override
    async def apply(self, current_a: float, phases: int | None = None) -> None:
        self._commanded_at = self._now()
        number = None if phases == len(self._evse.phases) else phases
        answer = "no answer"
        try:
            async with self._one_by_one:
                await self._apply(current_a, number)
            answer = "acknowledged"
        except ChargerError as error:
            answer = str(error)
            raise
        finally:
            self._told.append({"at": self._now(), "current_a": current_a, "phases": number, "answer": answer})
            self._look()
            self._on_status()

    @override
    async def interrupt(self, means: Means) -> None:
        raise ChargerLacksError(f"it cannot be told to {means}")

    @override
    async def release(self) -> None:
        """Nothing is ever interrupted."""

    @property
    def _offered_a(self) -> float | None:
        """What it offers: once its watchdog has run out, its failsafe current."""
        offer, timeout_s = self._offers.offer, self._preset.watchdog.timeout_s
        if offer is None:
            return None
        if timeout_s is None or (self._seen.reachable and self._preset.echoes):
            return offer.current_a
        last_at = max(filter(None, (self._offers.acknowledged_at, self._teller.beat_at, offer.at)))
        ran_out = self._now() - last_at >= timedelta(seconds=timeout_s)
        return self._evse.failsafe_a if ran_out else offer.current_a

    async def _apply(self, current_a: float, phases: int | None) -> None:
        if not self._seen.reachable:
            raise ChargerUnreachableError(self._absence)
        if self._said.lacks:
            raise ChargerUnfitError(Unfit.API_OFF, "a setting of its own keeps it from being steered")
        if current_a <= 0 and not self._can.can_pause:
            raise ChargerLacksError("it cannot pause")
        teller = self._teller
        echoes, taken, switch = teller.echoes, teller.taken, teller.due(phases)
        uncertain = bool(switch) or (current_a > 0 and teller.is_to_resume)
        try:
            async with asyncio.timeout(self._patience_s):
                await teller.tell(current_a, phases, switch)
        except TimeoutError:
            refuses = teller.echoes > echoes and not teller.shows(current_a)
            if uncertain or not refuses:
                self._doubt(current_a, phases)
            if refuses:
                raise ChargerRefusedError(f"it says that it offers {_amperes(self._seen.reading.limit_a)}") from None
            self._deaf = teller.echoes == echoes
            raise ChargerSilentError("it did not show in time what it was told") from None
        except asyncio.CancelledError:
            self._doubt(current_a, phases)
            raise
        except ChargerError:
            # What it was told before that may hold.
            if teller.taken > taken:
                self._doubt(current_a, phases)
            raise
        self._doubted_at = None
        self._offers.acknowledge(current_a, self._switch.after(phases))

    def _doubt(self, current_a: float, phases: int | None) -> None:
        """It may have taken this, and may only show so later."""
        self._offers.may_be(current_a, phases)
        self._doubted_at = self._now()

    async def _beat_on(self) -> None:
        """Give signs of life while somebody decides: none before the first decision, as that might raise its current."""
        while True:
            await asyncio.sleep(self._preset.dog.every_s)
            commanded_at = self._commanded_at
            if commanded_at is None or self._now() - commanded_at > STEERED:
                continue
            try:
                await self._teller.beat()
            except ChargerError as error:
                _LOGGER.debug("No sign of life to %s: %s", self._evse.evse_id, error)

    async def _look_on(self) -> None:
        """Notice when it falls silent: no message tells that."""
        while True:
            await asyncio.sleep(self._look_every_s)
            reachable = self._seen.reachable
            self._look()
            if self._seen.reachable is not reachable:
                self._on_status()

    @callback
    def _lost_or_found(self) -> None:
        self._look()
        self._on_status()

    @callback
    def _heard(self, subscribed: str, payload: str, retained: bool) -> None:  # noqa: FBT001 -- as the line calls it
        topic, before = self._topics[subscribed], self._known
        if not self._said.take(topic, payload):
            return
        if not retained:
            self._note_alive(topic, payload)
        self._look()
        self._teller.look()
        if before != self._known:
            self._on_status()

    @property
    def _known(self) -> tuple[Any, ...]:
        """What somebody waits to hear of when it changes."""
        return self._seen.reading, self._seen.reachable, self._offers.offer, self._switch.possible

    def _note_alive(self, topic: str, payload: str) -> None:
        """Take note of a message that it has just sent; the broker sends its last words, and they are no sign of life."""
        now, availability = self._now(), self._preset.availability
        if availability is not None and topic == availability.value.topic and self._said.available is not True:
            return
        self._heard_at, self._deaf = now, False
        if topic in self._preset.measuring:
            self._measured_at = now
        self._teller.hear(topic, payload)

    def _look(self) -> None:
        """Take in what it has said by now."""
        self._note_reachable()
        if not self._seen.reachable:
            # What was last known stays, as of a charger that was cut off.
            return
        self._seen.take(self._said.reading(self._evse))
        if not self._one_by_one.locked():
            self._compare()

    def _compare(self) -> None:
        """Hold what it says it offers against what it was told."""
        offer, limit_a = self._offers.offer, self._seen.reading.limit_a
        if limit_a is None and offer is not None and offer.current_a == 0 and self._said.paused is False:
            # Somebody let it go on, and it does not say with how much.
            limit_a = self._evse.maximum_a
        if limit_a is None and self._offers.acknowledged_at is None:
            limit_a = self._said.pilot_a
        if limit_a is None or (limit_a == 0 and self._switch.under_way):
            return
        if offer is not None and limit_a <= offer.current_a and self._doubts:
            return
        told = None if offer is None else offer.phases
        self._offers.compare(limit_a, self._switch.count if self._switch.shown else told, self._can.step_a)

    @property
    def _doubts(self) -> bool:
        """Whether it was told something lately that it has not shown: it may still do it."""
        doubted_at = self._doubted_at
        return doubted_at is not None and timedelta() <= self._now() - doubted_at < SETTLES

    def _note_reachable(self) -> None:
        reachable = not self._absence
        if not self._seen.note(reachable=reachable):
            return
        if reachable:
            _LOGGER.info("Charger %s is there", self._evse.evse_id)
        else:
            _LOGGER.info("Charger %s is not there: %s", self._evse.evse_id, self._absence)

    @property
    def _absence(self) -> str:
        """Why it is taken not to be there; empty where it is."""
        silence_s, heard_at = self._preset.silence_s, self._heard_at
        if not self._line.connected:
            return "there is no connection to the broker"
        if self._said.available is False:
            return "the broker says that it has gone"
        if self._deaf:
            return "it did not show what it was told, and has said nothing since"
        if not self._said.anything or (silence_s is not None and heard_at is None):
            return "it has said nothing yet"
        if silence_s is not None and heard_at is not None and self._now() - heard_at >= timedelta(seconds=silence_s):
            return f"it has said nothing for {silence_s:g} s"
        return ""

    def _render(self, template: str, payload: str) -> Any:
        found = self._templates.setdefault(template, Template(template, self._hass))
        try:
            return found.async_render_with_possible_json_value(payload, error_value="", parse_result=True)
        except Exception:
            # Whatever a template may run into.
            _LOGGER.debug("Charger %s: its template fails", self._evse.evse_id, exc_info=True)
            return ""

    async def _shut_down(self) -> None:
        """Stop because Home Assistant does: its list of what to do then is being read, and not to be changed."""
        self._end_job = lambda: None
        await self.stop()

    async def _step_down(self) -> None:
        """Nobody is going to steer, and it would not notice: it is brought to its failsafe current, if it has more."""
        offered_a, failsafe_a = self._offers.current_a, self._evse.failsafe_a
        left_alone = self._preset.watchdog.timeout_s is not None or self._offers.acknowledged_at is None
        if left_alone or offered_a is None or offered_a <= failsafe_a:
            return
        try:
            async with self._one_by_one:
                # On as many phases as it is: more of them would be more on those that are free now.
                await self._apply(failsafe_a, None if self._offers.offer is None else self._offers.offer.phases)
        except ChargerError as error:
            _LOGGER.warning("Charger %s keeps %s A: %s", self._evse.evse_id, offered_a, error)


def _amperes(current_a: float | None) -> str:
    return "something else" if current_a is None else f"{current_a:g} A"
