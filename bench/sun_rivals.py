"""Rival policies for the roof, written by us from their documented behaviour, each in a few lines, with their defaults.

Each is favoured where it is not said how it does: it has the charger's step of 0.1 A and knows what its car takes.
"""

from typing import Final

from demo.electrical import CAR_MINIMUM_A, VOLTAGE_V

from .roof import MAXIMUM_A, Station

THREE: Final = 3
THREE_W: Final = THREE * CAR_MINIMUM_A * VOLTAGE_V


def _clamp(current_a: float) -> float:
    return min(MAXIMUM_A, max(CAR_MINIMUM_A, current_a))


class _Timer:
    """Tells whether a condition has held for so long."""

    def __init__(self) -> None:
        self._what: str | None = None
        self._since = 0

    def lasts(self, what: str, second: int, delay_s: float) -> bool:
        """`what` holds now, and nothing else that this timer is asked for."""
        if self._what != what:
            self._what, self._since = what, second
        return second - self._since >= delay_s

    def stop(self) -> None:
        """Nothing holds."""
        self._what = None


class EachHalfMinute:
    """As evcc: each 30 s what it offers, plus what is exported on the phases in use.

    It starts when that has been the minimum for 60 s, and stops when it has been less for 180 s, at the minimum meanwhile.
    To three phases when there has been their minimum for 60 s, back when there has not for 180 s; at once while paused.
    """

    PERIOD_S: Final = 30
    STARTS_S: Final = 60
    STOPS_S: Final = 180
    UP_S: Final = 60
    DOWN_S: Final = 180

    def __init__(self, *, can_switch: bool) -> None:
        """A charger that is switched, or not."""
        self._can_switch, self._runs = can_switch, False
        self._timer, self._phase_timer = _Timer(), _Timer()

    def decide(self, second: int, grid_w: float, station: Station) -> tuple[float, int] | None:
        """One second."""
        if second % self.PERIOD_S:
            return None
        there_w = station.power_w - grid_w
        on = self._phases(second, there_w, station)
        if on != station.on:
            self._timer.stop()
            return (_clamp(there_w / VOLTAGE_V / on) if self._runs else 0.0), on
        current_a = (station.offered_a if self._runs else 0.0) - grid_w / VOLTAGE_V / on
        if current_a >= CAR_MINIMUM_A:
            if not self._runs:
                self._runs = self._timer.lasts("enough", second, self.STARTS_S)
                return (CAR_MINIMUM_A if self._runs else 0.0), on
            self._timer.stop()
            return _clamp(current_a), on
        if self._runs and self._timer.lasts("missing", second, self.STOPS_S):
            self._runs = False
        elif not self._runs:
            self._timer.stop()
        return (CAR_MINIMUM_A if self._runs else 0.0), on

    def _phases(self, second: int, there_w: float, station: Station) -> int:
        if not self._can_switch:
            return station.on
        if station.on == 1 and there_w >= THREE_W:
            delay_s = self.UP_S if self._runs else 0
            return THREE if self._phase_timer.lasts("up", second, delay_s) else 1
        if station.on == THREE and there_w < THREE_W:
            delay_s = self.DOWN_S if self._runs else 0
            return 1 if self._phase_timer.lasts("down", second, delay_s) else THREE
        self._phase_timer.stop()
        return station.on


class EachTenSeconds:
    """As openWB: each 10 s, up by no more than 5 A at a time, so that 0 to 230 W are exported.

    It starts above 1,500 W for each phase after 30 s, and stops when something was imported for 60 s at the minimum. To
    three phases near the maximum, when what is exported makes their minimum up, after 30 s; back near the minimum without
    export, after 60 s; each no sooner than 7 min after the last.
    """

    PERIOD_S: Final = 10
    STARTS_W: Final = 1500.0
    STARTS_S: Final = 30
    STOPS_S: Final = 60
    RANGE_W: Final = 230.0
    MOST_UP_A: Final = 5.0
    DWELL_S: Final = 420

    def __init__(self, *, can_switch: bool) -> None:
        """A charger that is switched, or not."""
        self._can_switch, self._runs = can_switch, False
        self._timer, self._phase_timer = _Timer(), _Timer()
        self._switched_at = -self.DWELL_S

    def decide(self, second: int, grid_w: float, station: Station) -> tuple[float, int] | None:
        """One second."""
        if second % self.PERIOD_S:
            return None
        export_w = -grid_w
        if not self._runs:
            phases = 1 if self._can_switch else station.on
            if export_w <= self.STARTS_W * phases:
                self._timer.stop()
                return 0.0, station.on
            self._runs = self._timer.lasts("enough", second, self.STARTS_S)
            return (CAR_MINIMUM_A if self._runs else 0.0), phases if self._runs else station.on
        on = self._phases(second, export_w, station)
        if on != station.on:
            self._switched_at = second
            return (MAXIMUM_A if on == 1 else CAR_MINIMUM_A), on
        return self._follow(second, export_w, station)

    def _follow(self, second: int, export_w: float, station: Station) -> tuple[float, int] | None:
        per_a = VOLTAGE_V * station.on
        if export_w < 0:
            if station.offered_a <= CAR_MINIMUM_A and self._timer.lasts("missing", second, self.STOPS_S):
                self._runs = False
                return 0.0, station.on
            return _clamp(station.offered_a + export_w / per_a), station.on
        self._timer.stop()
        if export_w <= self.RANGE_W:
            return None
        return _clamp(station.offered_a + min(self.MOST_UP_A, (export_w - self.RANGE_W / 2) / per_a)), station.on

    def _phases(self, second: int, export_w: float, station: Station) -> int:
        if not self._can_switch or second - self._switched_at < self.DWELL_S:
            return station.on
        more = station.on == 1 and station.offered_a > MAXIMUM_A - 1 and export_w > THREE_W - station.power_w
        if more:
            return THREE if self._phase_timer.lasts("up", second, self.STARTS_S) else 1
        if station.on == THREE and station.offered_a < CAR_MINIMUM_A + 1 and export_w <= 0:
            return 1 if self._phase_timer.lasts("down", second, self.STOPS_S) else THREE
        self._phase_timer.stop()
        return station.on


class EachReport:
    """As SmartEVSE: with each report of the meter (2 s) a little up or down, by the sum of the phases' currents.

    More than 1 A exported: 0.5 A up, else 0.1 A; imported more than 2 A: half of it down, 1 A: 0.5 A, 0.3 A: 0.1 A. It
    starts above 4 A, stays at its minimum for 40 s, and stops after 10 min at the minimum with import. To three phases
    after 63 s at the maximum, back after 30 s at the minimum with import.
    """

    PERIOD_S: Final = 2
    STARTS_A: Final = 4.0
    FIRST_S: Final = 40
    STOPS_S: Final = 600
    UP_S: Final = 63
    DOWN_S: Final = 30

    def __init__(self, *, can_switch: bool) -> None:
        """A charger that is switched, or not."""
        self._can_switch, self._runs, self._started_at = can_switch, False, 0
        self._timer, self._phase_timer = _Timer(), _Timer()

    def decide(self, second: int, grid_w: float, station: Station) -> tuple[float, int] | None:
        """One second."""
        if second % self.PERIOD_S:
            return None
        import_a = grid_w / VOLTAGE_V
        if not self._runs:
            if import_a > -self.STARTS_A:
                return 0.0, station.on
            self._runs, self._started_at = True, second
            return CAR_MINIMUM_A, 1 if self._can_switch else station.on
        lacks = station.offered_a <= CAR_MINIMUM_A and import_a > 0
        on = self._phases(second, lacks=lacks, station=station) if self._can_switch else station.on
        self._runs = not self._ends(second, lacks=lacks)
        if not self._runs:
            return 0.0, on
        if on != station.on or second - self._started_at < self.FIRST_S:
            return CAR_MINIMUM_A, on
        return _clamp(station.offered_a + self._change_a(import_a)), on

    def _ends(self, second: int, *, lacks: bool) -> bool:
        if lacks:
            return self._timer.lasts("missing", second, self.STOPS_S)
        self._timer.stop()
        return False

    @staticmethod
    def _change_a(import_a: float) -> float:
        for above_a, change_a in ((2.0, -import_a / 2), (1.0, -0.5), (0.3, -0.1), (0.0, 0.0), (-1.0, 0.1)):
            if import_a > above_a:
                return change_a
        return 0.5

    def _phases(self, second: int, *, lacks: bool, station: Station) -> int:
        if station.on == 1 and station.offered_a >= MAXIMUM_A:
            return THREE if self._phase_timer.lasts("up", second, self.UP_S) else 1
        if station.on == THREE and lacks:
            return 1 if self._phase_timer.lasts("down", second, self.DOWN_S) else THREE
        self._phase_timer.stop()
        return station.on
