"""Telephone numbers as people write them: what each is, and which are the same."""

import pytest

from contracts.identifiers import canonical
from tests.contracts.test_identifiers import status


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("15400000001", "ok"),
        ("154 0000-0001", "ok"),
        ("+86 15400000001", "ok"),
        ("１５４０００００００１", "ok"),
        ("15400000001.0", "ok"),
        ("0352-5100001", "ok"),
        ("(010)51000001", "ok"),
        (None, "missing"),
        ("1540000000", "length"),
        ("5100001", "length"),
        ("12400000001", "prefix"),
        ("154000O0001", "characters"),
        ("15400000001/15400000002", "characters"),
        ("无", "characters"),
        ("\u202a15400000001\u202c", "ok"),
        ("154.0000.0001", "ok"),
        ("1.5400000001E10", "ok"),
        ("1.54E+10", "characters"),
        ("0352-5100001-801", "ok"),
        ("0352-5100001转801", "ok"),
        ("(0352)5100001 ext. 801", "ok"),
        ("+86-352-5100001", "ok"),
        ("+86-0352-5100001", "ok"),
        ("0086 10 51000001", "ok"),
        ("19212345678", "ok"),
        ("16212345678", "ok"),
        ("400-810-0000", "service"),
        ("8008100000", "service"),
        ("95598", "service"),
        ("110", "service"),
        ("00000000000", "prefix"),
        ("5100001-801", "length"),
    ],
)
def test_status_of_a_phone(written: str | None, expected: str) -> None:
    assert status("phone", written) == expected


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("015400000001", "15400000001"),
        ("+86 0352 5100001", "03525100001"),
        ("86-352-5100001", "03525100001"),
        ("0352-5100001-801", "0352-5100001 转 801"),
        ("1.5400000001E10", "15400000001"),
    ],
)
def test_two_spellings_of_a_telephone_are_one_number(written: str, same: str) -> None:
    assert canonical("phone", written) == canonical("phone", same)


def test_two_extensions_are_two_telephones() -> None:
    assert canonical("phone", "0352-5100001-801") != canonical("phone", "0352-5100001-802")
