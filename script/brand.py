"""Draw the integration's brand images into `brand/`: a house whose wall is a gauge, and in it a bolt.

Run `.venv/bin/python script/brand.py` after a change. Everything is drawn at eight times its size and made smaller, which
smooths the edges.
"""

from math import cos, radians, sin
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FOLDER = Path(__file__).parent.parent / "custom_components" / "smart_charging" / "brand"
OVERSAMPLING = 8
GREEN = (22, 163, 94, 255)
LIME = (163, 217, 60, 255)
DEEP = (12, 74, 60, 255)
WHITE = (255, 255, 255, 255)

# On a square of 100 by 100, y downwards.
HOUSE = [(50, 4), (95, 43), (84, 43), (84, 95), (16, 95), (16, 43), (5, 43)]
BOLT = [(54, 40), (35, 68), (47, 68), (43, 89), (65, 58), (52, 58)]
GAUGE_CENTRE = (50, 64)
GAUGE_RADIUS = 29
GAUGE_WIDTH = 5.5
GAUGE_FROM, GAUGE_TO, GAUGE_AT = 140, 400, 325


def mark(side: int) -> Image.Image:
    """The mark alone, `side` pixels wide and high."""
    size = side * OVERSAMPLING
    scale = size / 100

    def scaled(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(x * scale, y * scale) for x, y in points]

    image = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    house = scaled([(x, y) for x, y in HOUSE])
    draw.polygon(house, fill=GREEN)
    # Round corners: the outline again, with a round pen.
    draw.line([*house, house[0], house[1]], fill=GREEN, width=round(6 * scale), joint="curve")
    for x, y in house:
        draw.circle((x, y), 3 * scale, fill=GREEN)
    for end, colour in ((GAUGE_TO, DEEP), (GAUGE_AT, LIME)):
        arc(draw, end, colour, scale)
    draw.polygon(scaled([(x, y) for x, y in BOLT]), fill=WHITE)
    return image.resize((side, side), Image.Resampling.LANCZOS)


def arc(draw: ImageDraw.ImageDraw, end: float, colour: tuple[int, int, int, int], scale: float) -> None:
    """The gauge from its start to `end` degrees, with round ends."""
    (x, y), radius = GAUGE_CENTRE, GAUGE_RADIUS
    box = [(x - radius) * scale, (y - radius) * scale, (x + radius) * scale, (y + radius) * scale]
    draw.arc(box, GAUGE_FROM, end, fill=colour, width=round(GAUGE_WIDTH * scale))
    middle = radius - GAUGE_WIDTH / 2
    for degrees in (GAUGE_FROM, end):
        draw.circle(polar((x, y), middle, degrees, scale), GAUGE_WIDTH / 2 * scale, fill=colour)


def polar(centre: tuple[float, float], radius: float, degrees: float, scale: float) -> tuple[float, float]:
    """A point of a circle; degrees as Pillow counts them, clockwise from three o'clock."""
    x, y = centre
    return (x + radius * cos(radians(degrees))) * scale, (y + radius * sin(radians(degrees))) * scale


def logo(height: int, ink: tuple[int, int, int, int]) -> Image.Image:
    """The mark and the name beside it, `height` pixels high."""
    font = ImageFont.load_default(size=height * 0.46)
    left, top, right, bottom = font.getbbox("Smart Charging")
    gap = height // 6
    image = Image.new("RGBA", (height + gap + round(right - left) + gap // 2, height), (0, 0, 0, 0))
    image.alpha_composite(mark(height))
    ImageDraw.Draw(image).text(
        (height + gap - left, (height - (bottom - top)) / 2 - top), "Smart Charging", font=font, fill=ink
    )
    return image


def main() -> None:
    """Write every image."""
    FOLDER.mkdir(exist_ok=True)
    for suffix, factor in (("", 1), ("@2x", 2)):
        mark(256 * factor).save(FOLDER / f"icon{suffix}.png", optimize=True)
        logo(128 * factor, DEEP).save(FOLDER / f"logo{suffix}.png", optimize=True)
        logo(128 * factor, WHITE).save(FOLDER / f"dark_logo{suffix}.png", optimize=True)


if __name__ == "__main__":
    main()
