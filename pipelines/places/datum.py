"""GCJ-02 ↔ WGS-84 for arrays of degrees. GCJ-02 is the datum of Chinese web maps: WGS-84 moved by up to 700 m.

The shift was never published by those who ordained it. This is the formula that became known in 2010 (EvilTransform's
`Transform.cs`) and that every open library repeats: a polynomial with sines about 105° E 35° N, laid on the Krasovsky
ellipsoid of 1940. It has no inverse in closed form; iterated, it is exact to a millimetre. One step alone, as most libraries
do, is off by 1 to 3 m. CGCS2000 differs from WGS-84 by decimetres and counts as it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

AXIS: Final = 6378245.0  # metres, Krasovsky
ECCENTRICITY2: Final = 0.00669342162296594323
WEST, EAST, SOUTH, NORTH = 72.004, 137.8347, 0.8293, 55.8271  # where the shift applies; beyond, the two are one
STEPS: Final = 8  # each leaves about a hundredth of the error

Degrees = NDArray[np.float64]  # n × 2: longitude, latitude


def gcj02_from_wgs84(places: Degrees) -> Degrees:
    return places + _shift(places)


def wgs84_from_gcj02(places: Degrees) -> Degrees:
    """The places that the shift moves here."""
    found = places
    for _ in range(STEPS):
        found = places - _shift(found)
    return found


def _shift(places: Degrees) -> Degrees:
    """Degrees by which WGS-84 is moved."""
    longitude, latitude = places[:, 0], places[:, 1]
    x, y = longitude - 105, latitude - 35
    common = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    root = np.sqrt(np.abs(x))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += 2 / 3 * (common + _waves(x, (20, 1), (40, 3), (150, 12), (300, 30)))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += 2 / 3 * (common + _waves(y, (20, 1), (40, 3), (160, 12), (320, 30)))
    radians = np.radians(latitude)
    flattened = 1 - ECCENTRICITY2 * np.sin(radians) ** 2
    across = AXIS / np.sqrt(flattened) * np.cos(radians)
    along = AXIS * (1 - ECCENTRICITY2) / flattened**1.5
    moved = np.degrees(np.column_stack((east / across, north / along)))
    inside = (longitude >= WEST) & (longitude <= EAST) & (latitude >= SOUTH) & (latitude <= NORTH)
    return np.where(inside[:, None], moved, 0.0)


def _waves(x: NDArray[np.float64], *heights_and_lengths: tuple[float, float]) -> NDArray[np.float64]:
    return sum((height * np.sin(np.pi * x / length) for height, length in heights_and_lengths), np.zeros_like(x))
