"""`script/replay` on the real diagnostics of a site; what it says of others is tested in tests/replay."""

import json
import subprocess
import sys
from pathlib import Path

from custom_components.smart_charging.diagnostics import async_get_config_entry_diagnostics

from .home import GARAGE, Home

ROOT = Path(__file__).parents[2]


async def replay(home: Home, folder: Path) -> tuple[int, list[str]]:
    """Download the diagnostics and run the command on them, in a process of its own: here time is frozen."""
    file = folder / "diagnostics.json"
    data = await async_get_config_entry_diagnostics(home.hass, home.entry)
    file.write_text(json.dumps({"home_assistant": {}, "data": data}, default=str))
    run = subprocess.run(  # noqa: ASYNC221, S603 our own interpreter and words; nothing else is to happen meanwhile
        [sys.executable, "-m", "script.replay", file], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.stderr == ""
    return run.returncode, run.stdout.splitlines()


async def test_what_a_site_recorded_is_decided_again(home: Home, tmp_path: Path) -> None:
    await home.set_up()
    async with home.station() as peer:
        await home.charge(peer)
        await home.pass_s(30, watts=2300)
        code, lines = await replay(home, tmp_path)
    ticks = home.coordinator.ticks
    assert (code, lines[-1]) == (0, f"all {len(ticks)} ticks are decided as recorded")
    assert len(lines) == len(ticks) + 1 > 20
    assert "  L1 10.0 A  Garage " in lines[-2]


async def test_ticks_from_before_a_change_are_decided_for_the_site_as_it_was(home: Home, tmp_path: Path) -> None:
    await home.set_up()
    await home.pass_s(3, watts=2300)
    await home.coordinator.async_set_priority(GARAGE, 7)
    await home.pass_s(3, watts=2300)
    data = await async_get_config_entry_diagnostics(home.hass, home.entry)
    with_own = ["site" in tick for tick in data["ticks"]]
    assert with_own == sorted(with_own, reverse=True)
    assert set(with_own) == {True, False}
    assert (await replay(home, tmp_path))[0] == 0
