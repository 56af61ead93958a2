"""Make `house_night.csv`: a winter night of a 9 kVA single-phase house on off-peak hours, 18:00 to 08:30, a line a minute.

Invented, not measured: a base with a fridge's cycle, electric heating that follows a thermostat set back at night, the
appliances of an evening and a morning at their usual ratings, and what a French house starts with the off-peak hours at
22:30: the water heater (2.2 kW) and the dishwasher. Run it again and the same file comes out.

    python demo/data/make_house_night.py
"""

import random
from datetime import datetime, timedelta
from pathlib import Path

START = datetime(2026, 1, 15, 18, 0)  # noqa: DTZ001 traces are in naive local time
MINUTES = 870
NIGHT = range(285, 720)
"""The minutes with the heating set back: 22:45 to 06:00."""
LARGEST_W = 7_200
"""What an evening of this house reaches: the thermostats of heating and water heater give way (a French `délesteur`)."""

RUNS: tuple[tuple[int, int, int], ...] = (
    # first minute, minutes, W
    (0, 290, 280),  # lights and television
    (52, 3, 2_200),  # kettle
    (65, 26, 1_800),  # hob
    (70, 14, 2_400),  # oven, heating up
    (88, 5, 2_400),  # oven, holding
    (98, 5, 2_400),
    (65, 40, 150),  # extractor hood
    (150, 16, 2_000),  # washing machine, heating
    (166, 49, 250),
    (215, 6, 1_500),  # hair dryer
    (272, 165, 2_200),  # water heater
    (275, 18, 1_900),  # dishwasher, heating
    (310, 12, 1_900),  # dishwasher, rinsing
    (735, 135, 220),  # lights
    (745, 3, 2_200),  # kettle
    (752, 4, 900),  # toaster
    (765, 7, 1_500),  # hair dryer
    (790, 3, 2_200),  # kettle again
)


def load_w(minute: int, chance: random.Random) -> int:
    """The house's load in one minute."""
    heats = minute % 40 < 6 if minute in NIGHT else minute % 22 < 12
    watts = 230 + (90 if minute % 40 < 14 else 0) + (1_100 if heats else 0)
    watts += sum(rating_w for first, length, rating_w in RUNS if first <= minute < first + length)
    return min(LARGEST_W, round(watts * chance.gauss(1.0, 0.02)))


def main(folder: Path = Path(__file__).parent) -> None:
    """Write the file, beside this program if nothing else is said."""
    chance = random.Random("house night")
    lines = ["time,house_w"]
    for minute in range(MINUTES):
        when = START + timedelta(minutes=minute)
        lines += [f"{when:%Y-%m-%dT%H:%M},{load_w(minute, chance)}"]
    (folder / "house_night.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
