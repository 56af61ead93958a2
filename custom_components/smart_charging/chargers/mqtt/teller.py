"""Tells a charger what its driver decides, message by message, and waits until it shows."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from ...engine.model.evse import Evse
from ..answers import text
from ..errors import ChargerRefusedError
from ..offers import Offers, is_same
from .line import Line
from .payload import filled
from .phases import PhaseSwitch
from .preset import Preset, Step, Steps
from .reading import Said, at


class Teller:
    """Of one charger. `now` gives aware times in UTC. Nothing here has an end of its own: who calls it is patient for so long."""

    def __init__(
        self,
        line: Line,
        preset: Preset,
        prefix: str,
        said: Said,
        *,
        offers: Offers,
        evse: Evse,
        now: Callable[[], datetime],
    ) -> None:
        self._line = line
        self._preset = preset
        self._prefix = prefix
        self._said = said
        self._offers = offers
        self._evse = evse
        self._now = now
        self._shown = asyncio.Event()
        self._answer: tuple[Step, asyncio.Future[str | None]] | None = None
        self.switch = PhaseSwitch(preset, said, evse, now)
        self.echoes = 0
        """How often it has shown what it was told, or anything in its place."""
        self.taken = 0
        """How many messages it, or else the broker, has taken."""
        self.beat_at: datetime | None = None

    def hear(self, topic: str, payload: str) -> None:
        """Take note of a message that it has just sent."""
        if topic in self._preset.echoes or self.switch.is_shown_at(topic):
            self.echoes += 1
        if self._answer is None:
            return
        step, answer = self._answer
        if not answer.done() and topic and topic in {step.accepted, step.refused}:
            answer.set_result(payload if topic == step.refused else None)

    def look(self) -> None:
        """Look again whether it shows what is waited for."""
        self._shown.set()

    def due(self, phases: int | None) -> Steps:
        """Give what it has to be told to be on so many phases; nothing where it is."""
        return self.switch.due(phases, at_rest=self.rests)

    async def tell(self, current_a: float, phases: int | None, switch: Steps) -> None:
        """Tell a setpoint. Fewer phases come first, and more of them last: it never has more than before nor than after."""
        first = phases == 1 or self.switch.only_paused
        if switch and self.switch.only_paused and not self.rests:
            await self._offer(0.0)
            if current_a <= 0:
                # A current may still flow: it is switched with the next setpoint.
                return
            await self._until(lambda: self.rests)
        if switch and first:
            await self._turn(switch, phases)
        await self._offer(current_a)
        if switch and not first:
            await self._turn(switch, phases)

    async def _offer(self, current_a: float) -> None:
        """Tell it a current alone, and wait until it shows."""
        for step in self._steps(current_a):
            await self._send(step, current_a)
        await self.beat()
        await self._until(lambda: self.shows(current_a))

    async def _turn(self, steps: Steps, phases: int | None) -> None:
        """Tell it a number of phases, and wait until it shows."""
        for step in steps:
            await self._send(step, 0.0)
        self.switch.note(phases)
        await self._until(lambda: self.switch.shows(phases))

    def _steps(self, current_a: float) -> Steps:
        writing = self._preset.writing
        if current_a <= 0:
            return writing.pause or writing.set
        return (*writing.set, *(writing.resume if self.is_to_resume else ()))

    @property
    def rests(self) -> bool:
        """Whether it says that it is paused and, as far as it tells, no power flows."""
        reading = self._said.reading(self._evse)
        return reading.limit_a == 0 and reading.state is not None and not reading.state.power_flows

    @property
    def is_to_resume(self) -> bool:
        """Whether it was paused, by us or, as far as that shows, by anybody, or is in another mode."""
        if self._preset.running is not None:
            return self._said.running is not True
        if self._preset.paused is not None:
            return self._said.paused is not False
        return not self._offers.current_a

    async def _send(self, step: Step, current_a: float) -> None:
        """Send it one message, and wait for its answer, where it gives one."""
        answer: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._answer = (step, answer)
        try:
            await self._line.publish(
                at(step.topic, self._prefix),
                filled(step, current_a, self._preset.writing.step_a, self._prefix, self._now()),
                retain=step.retain,
            )
            refusal = await answer if step.accepted else None
        finally:
            self._answer = None
        if refusal is not None:
            raise ChargerRefusedError(f"it refused: {text(refusal)}", text(refusal))
        self.taken += 1

    async def _until(self, shown: Callable[[], bool]) -> None:
        while not shown():
            self._shown.clear()
            await self._shown.wait()

    def shows(self, current_a: float) -> bool:
        """Tell whether it shows this setpoint, or shows nothing of the sort."""
        limit_a = self._said.reading(self._evse).limit_a
        if limit_a == 0 and self.switch.under_way:
            return True
        if self._preset.limit and self._said.tells_limit:
            return limit_a is not None and is_same(limit_a, current_a, self._preset.writing.step_a)
        if self._preset.paused is not None and current_a <= 0:
            return limit_a == 0
        return self._said.paused is not True

    async def beat(self) -> None:
        """Give a sign of life, where it wants one."""
        for step in self._preset.dog.beat:
            await self._line.publish(
                at(step.topic, self._prefix),
                filled(step, 0.0, self._preset.writing.step_a, self._prefix, self._now()),
                retain=step.retain,
            )
            self.beat_at = self._now()
