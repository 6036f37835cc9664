"""GCJ-02 and WGS-84: two other implementations agree, and converting back gives the same place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.places.datum import gcj02_from_wgs84, wgs84_from_gcj02

METRE = 1e-5  # degrees of latitude, about

# worked out by geocoordinates-rs 0.14.2 and by pybind11-coordtransform 0.1.3, which agree to the last digit
KNOWN = [
    ("Datong", (113.2953, 40.0824), (113.30230729544778, 40.08359256729382)),
    ("Beijing", (116.3913, 39.9075), (116.39754118159271, 39.90890127616531)),
    ("Urumqi", (87.6168, 43.8256), (87.61964994946926, 43.82680539311119)),
    ("Sanya", (109.5119, 18.2528), (109.51598429482667, 18.25109479173564)),
    ("Mohe", (122.5386, 52.9721), (122.54562857497153, 52.973612790829996)),
    ("Tokyo", (139.6917, 35.6895), (139.6917, 35.6895)),
]


@pytest.mark.parametrize(("wgs84", "gcj02"), [(w, g) for _, w, g in KNOWN], ids=[name for name, _, _ in KNOWN])
def test_known_points(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    np.testing.assert_allclose(gcj02_from_wgs84(np.array([wgs84])), [gcj02], atol=1e-9)
    np.testing.assert_allclose(wgs84_from_gcj02(np.array([gcj02])), [wgs84], atol=1e-9)


@given(st.lists(st.tuples(st.floats(73, 137), st.floats(1.5, 55)), min_size=1, max_size=20))
def test_what_is_moved_comes_back_to_less_than_a_metre(places: list[tuple[float, float]]) -> None:
    there = np.array(places)
    np.testing.assert_allclose(wgs84_from_gcj02(gcj02_from_wgs84(there)), there, atol=METRE / 100)
    np.testing.assert_allclose(gcj02_from_wgs84(wgs84_from_gcj02(there)), there, atol=METRE / 100)


def test_the_shift_is_hundreds_of_metres() -> None:
    moved = gcj02_from_wgs84(np.array([[113.2953, 40.0824]])) - [[113.2953, 40.0824]]
    assert 300 < np.hypot(*(moved[0] * [85_000, 111_000])) < 900
