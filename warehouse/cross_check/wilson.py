"""The confidence interval of a share in a sample. Pure; the one implementation for figures of rules and benchmarks.

scipy has it too (`binomtest(…).proportion_ci(method="wilson")`; a test compares), but takes 0.7 s to import.
"""

from __future__ import annotations

from math import sqrt
from typing import Final

Z95: Final = 1.959963984540054  # of the normal distribution


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share, from `hits` among `n` (Wilson 1927); 0 to 1 for `n` 0."""
    if n == 0:
        return 0.0, 1.0
    share, z2 = hits / n, Z95 * Z95
    middle, reach = share + z2 / (2 * n), Z95 * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, (middle - reach) / (1 + z2 / n)), min(1.0, (middle + reach) / (1 + z2 / n))
