"""The resolution of the verdicts on one finding: by examples, and for any verdicts in any order."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.fieldwork.resolution import DECIDES, Resolution, resolve
from warehouse.fieldwork.verdicts import ObservedValue, Verdict

NOW, OLD = "e" * 32, "0" * 32
DAY, HOUR = date(2026, 11, 20), datetime(2026, 11, 20, 9, tzinfo=UTC)
WORDS = ("confirmed", "wrong", "moved", "nobody_home", "refused", "impossible")


def verdict_by(
    by: str, word: str, nth: int = 0, *, role: str = "grid_worker", evidence: str = NOW, values: str = "", day: int = 0
) -> Verdict:
    """The nth verdict written, about a visit of its own, `day` days after the first; `values` as 'phone=a name=b'."""
    key = f"{by}-{word}-{nth}"
    pairs = [pair.split("=") for pair in values.split()]
    door = tuple(ObservedValue("person", "p" * 32, attribute, value, None, None) for attribute, value in pairs)
    return Verdict(
        nth, key, f"visit-{key}", "f" * 32, "some_rule", evidence, "d" * 32, "140213052001001", word, "matches",
        DAY + timedelta(day), "seen", "", by, role, HOUR + timedelta(hours=nth), "r", door,
    )  # fmt: skip


def lead(word: str, nth: int = 9, values: str = "") -> Verdict:
    return verdict_by("lead", word, nth, role="grid_lead", values=values)


NOBODY = [verdict_by("ann", "nobody_home", n) for n in range(3)]
EXAMPLES: dict[str, tuple[list[Verdict], tuple[str, str | None, int, str]]] = {
    "nothing seen": ([], ("open", None, 0, "unseen")),
    "one worker confirms": ([verdict_by("ann", "confirmed")], ("closed", "confirmed", 1, "agreed")),
    "one worker says the record is right": ([verdict_by("ann", "wrong")], ("closed", "wrong", 1, "agreed")),
    "two agree": ([verdict_by("ann", "moved"), verdict_by("bo", "moved", 1)], ("closed", "moved", 2, "agreed")),
    "two disagree": ([verdict_by("ann", "moved"), verdict_by("bo", "wrong", 1)], ("lead", None, 2, "disagree")),
    "one word, two telephones": (
        [verdict_by("ann", "moved", values="phone=a"), verdict_by("bo", "moved", 1, values="phone=b")],
        ("lead", None, 2, "disagree"),
    ),
    "one saw more": (
        [verdict_by("ann", "moved", values="phone=a"), verdict_by("bo", "moved", 1)],
        ("closed", "moved", 2, "agreed"),
    ),
    "she thought again": (
        [verdict_by("ann", "moved"), verdict_by("ann", "wrong", 1)],
        ("closed", "wrong", 2, "agreed"),
    ),
    "she thought again, and now agrees": (
        [verdict_by("ann", "moved"), verdict_by("bo", "wrong", 1), verdict_by("ann", "wrong", 2)],
        ("closed", "wrong", 3, "agreed"),
    ),
    "a late sync of an older visit": (
        [verdict_by("ann", "wrong", 0, day=3), verdict_by("ann", "moved", 1)],
        ("closed", "wrong", 2, "agreed"),
    ),
    "she takes it back": (
        [verdict_by("ann", "moved"), verdict_by("ann", "nobody_home", 1)],
        ("open", "nobody_home", 2, "tried"),
    ),
    "nobody home twice": (NOBODY[:2], ("open", "nobody_home", 2, "tried")),
    "nobody home three times": (NOBODY, ("lead", "nobody_home", 3, "nobody_home")),
    "nobody home for three workers": (
        [verdict_by(by, "nobody_home", n) for n, by in enumerate(("ann", "bo", "cy"))],
        ("lead", "nobody_home", 3, "nobody_home"),
    ),
    "somebody home the fourth time": (
        [*NOBODY, verdict_by("ann", "confirmed", 4)],
        ("closed", "confirmed", 4, "agreed"),
    ),
    "refused": ([verdict_by("ann", "refused")], ("lead", "refused", 1, "refused")),
    "impossible": ([verdict_by("ann", "impossible")], ("lead", "impossible", 1, "impossible")),
    "refused to one, seen by another": (
        [verdict_by("ann", "refused"), verdict_by("bo", "confirmed", 1)],
        ("closed", "confirmed", 2, "agreed"),
    ),
    "about older evidence": ([verdict_by("ann", "confirmed", evidence=OLD)], ("open", None, 0, "unseen")),
    "the lead decides between two": (
        [verdict_by("ann", "moved"), verdict_by("bo", "wrong", 1), lead("wrong")],
        ("closed", "wrong", 3, "decided"),
    ),
    "the lead lets it rest": ([*NOBODY, lead("nobody_home")], ("closed", "nobody_home", 4, "decided")),
    "the lead thought again": ([lead("moved"), lead("wrong", 10)], ("closed", "wrong", 2, "decided")),
    "a worker after the lead": ([lead("moved", 1), verdict_by("ann", "wrong", 2)], ("closed", "moved", 2, "decided")),
}


@pytest.mark.parametrize("case", EXAMPLES)
def test_resolutions_of_verdicts(case: str) -> None:
    verdicts, (status, verdict, visits, reason) = EXAMPLES[case]

    stands = resolve(verdicts, NOW)

    assert (stands.status, stands.verdict, stands.visits, stands.reason) == (status, verdict, visits, reason)
    assert bool(stands.keys) == (status == "closed")


@pytest.mark.parametrize(
    ("verdicts", "keys"),
    [
        ([verdict_by("ann", "moved", values="phone=a"), verdict_by("bo", "moved", 1)], ("ann-moved-0", "bo-moved-1")),
        ([verdict_by("ann", "moved"), verdict_by("ann", "wrong", 1)], ("ann-wrong-1",)),
        # whom the lead believes need not be written down again; whom she does not believe is out
        (
            [verdict_by("ann", "moved", values="phone=a"), verdict_by("bo", "wrong", 1), lead("moved")],
            ("ann-moved-0", "lead-moved-9"),
        ),
        # two that say the same word and contradict each other back nobody
        (
            [
                verdict_by("ann", "moved", values="phone=a"),
                verdict_by("bo", "moved", 1, values="phone=b"),
                lead("moved"),
            ],
            ("lead-moved-9",),
        ),
        (
            [
                verdict_by("ann", "moved", values="phone=a"),
                verdict_by("bo", "moved", 1, values="phone=b"),
                lead("moved", values="phone=b"),
            ],
            ("bo-moved-1", "lead-moved-9"),
        ),
    ],
)
def test_which_verdicts_stand(verdicts: list[Verdict], keys: tuple[str, ...]) -> None:
    assert resolve(verdicts, NOW).keys == keys


WORKERS = st.builds(
    verdict_by,
    st.sampled_from(("ann", "bo", "cy")),
    st.sampled_from(WORDS),
    st.integers(0, 20),
    role=st.sampled_from(("grid_worker", "grid_lead", "district_supervisor")),
    values=st.sampled_from(("", "phone=a", "phone=b", "phone=a name=c")),
    day=st.integers(0, 3),
)


def _of_one_casebook(verdicts: list[Verdict]) -> list[Verdict]:
    """One key is written once."""
    return list({v.key: v._replace(id=n) for n, v in enumerate(verdicts)}.values())


CASEBOOKS = st.lists(WORKERS, max_size=8).map(_of_one_casebook)


@given(CASEBOOKS, st.randoms(use_true_random=False), st.integers(1, 3))
def test_neither_the_order_of_arrival_nor_retries_matter(verdicts: list[Verdict], random: Random, times: int) -> None:
    arrived = verdicts * times
    random.shuffle(arrived)

    assert resolve(arrived, NOW) == resolve(verdicts, NOW)


@given(CASEBOOKS, CASEBOOKS)
def test_older_evidence_never_counts(verdicts: list[Verdict], before: list[Verdict]) -> None:
    older = [v._replace(evidence_hash=OLD, key=f"old-{v.key}") for v in before]

    assert resolve([*older, *verdicts], NOW) == resolve(verdicts, NOW)
    assert resolve(older, NOW) == Resolution("open", None, (), 0, "unseen")


@given(CASEBOOKS, st.sampled_from(WORDS), st.sampled_from(sorted(DECIDES)))
def test_a_leads_verdict_always_decides(verdicts: list[Verdict], word: str, role: str) -> None:
    decision = verdict_by("zoe", word, 30, role=role, day=4)

    stands = resolve([*verdicts, decision], NOW)

    assert (stands.status, stands.verdict, stands.reason, stands.keys[-1]) == ("closed", word, "decided", decision.key)
