"""Converts between GCJ-02 and WGS-84, for arrays of degrees. GCJ-02, the datum of Chinese web maps, is shifted by up to 700 m.

The shift is not officially published. This is the formula known since 2010 (EvilTransform's `Transform.cs`), which open
libraries use: a polynomial with sines around 105° E 35° N on the Krasovsky ellipsoid of 1940. It has no closed inverse; the
iteration is exact to a millimetre, while one step, as most libraries do, is off by 1 to 3 m. CGCS2000 differs from WGS-84 by
decimetres and is treated as the same.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

AXIS: Final = 6378245.0  # metres, Krasovsky
ECCENTRICITY2: Final = 0.00669342162296594323
WEST, EAST, SOUTH, NORTH = 72.004, 137.8347, 0.8293, 55.8271  # where the shift applies; outside the two are equal
STEPS: Final = 8  # each reduces the error to about a hundredth

Degrees = NDArray[np.float64]  # n × 2: longitude, latitude


def gcj02_from_wgs84(places: Degrees) -> Degrees:
    """The places in GCJ-02."""
    return places + _shift(places)


def wgs84_from_gcj02(places: Degrees) -> Degrees:
    """The places in WGS-84, by iterating the inverse."""
    found = places
    for _ in range(STEPS):
        found = places - _shift(found)
    return found


def _shift(places: Degrees) -> Degrees:
    """The shift of WGS-84 places in degrees; 0 outside the area of the shift."""
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
