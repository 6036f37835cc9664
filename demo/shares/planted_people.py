"""The shares of planted contradictions about people, each with its reason. Noise does not multiply them.

Magnitudes chosen for the demo, not measurements: frequent enough to be counted in a city of 10,400 (20 cases of most rules),
rare enough for a register in daily use. Contradictions that follow from ordinary shares, such as a household still
registered in a home it left, have theirs in `distributions.py`.
"""

from __future__ import annotations

from typing import Final

# Registrations.
ENTERED_TWICE: Final = 0.0035  # of people, those a clerk entered a second time in the same household
LIVING_OUTSIDE: Final = (
    0.006  # of registered people of working age, those whose row says that they live outside the city
)
SAID_TO_BE_LOCAL: Final = 0.045  # of people registered outside the city, those a clerk wrote down as 户籍人口
BIRTH_DATE_MISTYPED: Final = 0.0020  # of rows whose birth date is not that of the number; typing both is routine
SEX_MISTYPED: Final = 0.0012  # of rows, likewise: one click in a form
DEAD_STANDS_ELSEWHERE: Final = 0.50  # of the dead whose registration was cancelled, those with one forgotten elsewhere
VERY_OLD: Final = 0.05  # of people over 80, those who would be over 110 by the register: nobody reported a death
MINORS_LEFT_BEHIND: Final = 0.032  # of households with a minor, those whose adults moved their registration away

# Households: relations that nobody recounted, most often when another member became the head.
SECOND_HEAD: Final = 0.006  # of couples: the new head was written down, the old one not changed
PARENT_AS_CHILD: Final = 0.025  # of households with a parent of the head: said from the parent's side
CHILD_AS_SPOUSE: Final = 0.035  # of households with a child of 12 to 19: the line of the form above

# Homes that changed hands.
SOLD_AND_STILL_REGISTERED: Final = 0.25  # of moved households whose former home is another's: they sold it themselves

# Care files of old people who live alone (独居老人关爱档案), kept by the civil affairs office.
FILE_FROM_AGE: Final = 70
FILE_IF_ALONE: Final = 0.88  # of people of that age who live alone
FILE_IF_NOT_ALONE: Final = 0.010  # of others of that age, those with a file: somebody moved in since
FILE_CLOSED: Final = 0.04  # of files: moved to a child's or into a home
