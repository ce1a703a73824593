"""Prints libphonenumber's area names, for `load_areas` to put into a table. Runs in a process of its own only.

The library's geocoder takes 200 MB in every process that imports it, so no other module may import this one or
`phonenumbers.geodata`. `python -m common.area_data` writes CSV lines to standard output:
`prefix,<leading digits of E.164>,<area>,<US state or ''>` and `country,<ISO 3166 code>,<English name>,`.
"""

import csv
import sys
from collections.abc import Iterator

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType, geocoder
from phonenumbers.geodata import GEOCODE_DATA

from common.us_states import STATE_NAMES, state_of

MAX_LENGTH = 80
_COUNTRIES_WITHOUT_NAME = {"AC": "Ascension Island", "TA": "Tristan da Cunha", "XK": "Kosovo"}

Line = tuple[str, str, str, str]


def english_areas() -> dict[str, str]:
    """Return leading digits -> English name of the area."""
    return {prefix: names["en"] for prefix, names in GEOCODE_DATA.items() if "en" in names}


def whole_area_codes(areas: dict[str, str]) -> dict[str, str]:
    """Return the state's name for +1 area codes that the data describes by their exchanges only, such as 310."""
    states: dict[str, set[str]] = {}
    for prefix, area in areas.items():
        if prefix[0] == "1" and len(prefix) > 4 and prefix[:4] not in areas:
            states.setdefault(prefix[:4], set()).add(state_of(area))
    return {code: STATE_NAMES[one] for code, found in states.items() if len(found) == 1 for one in found if one}


def toll_free_codes() -> dict[str, str]:
    """Return the toll-free area codes of +1, and the worldwide +800."""
    codes = [code for code in range(800, 900) if _is_toll_free(code)]
    return {f"1{code}": "Toll-free" for code in codes} | {"800": "Toll-free"}


def _is_toll_free(code: int) -> bool:
    number = PhoneNumber(country_code=1, national_number=code * 10**7 + 2345678)
    return phonenumbers.number_type(number) == PhoneNumberType.TOLL_FREE


def short_name(area: str) -> str:
    """Return a name of at most MAX_LENGTH characters; long ones list places, and lose the last ones."""
    while len(area) > MAX_LENGTH and "/" in area:
        area = area.rsplit("/", 1)[0]
    return area[:MAX_LENGTH]


def lines() -> Iterator[Line]:
    """Yield every line of the data."""
    areas = english_areas()
    for prefix, area in (areas | whole_area_codes(areas) | toll_free_codes()).items():
        yield "prefix", prefix, short_name(area), state_of(area) if prefix[0] == "1" else ""
    for country in sorted(phonenumbers.SUPPORTED_REGIONS):
        name = geocoder._region_display_name(country, "en") or _COUNTRIES_WITHOUT_NAME.get(country, country)
        yield "country", country, name, ""


if __name__ == "__main__":
    csv.writer(sys.stdout).writerows(lines())
