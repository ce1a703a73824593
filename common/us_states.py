"""The states, the federal district and the territories of the United States, by postal code."""

from __future__ import annotations

_STATES = """
AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware,
DC Washington D.C.,FL Florida,GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,KS Kansas,KY Kentucky,
LA Louisiana,ME Maine,MD Maryland,MA Massachusetts,MI Michigan,MN Minnesota,MS Mississippi,MO Missouri,MT Montana,
NE Nebraska,NV Nevada,NH New Hampshire,NJ New Jersey,NM New Mexico,NY New York,NC North Carolina,ND North Dakota,
OH Ohio,OK Oklahoma,OR Oregon,PA Pennsylvania,RI Rhode Island,SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,
UT Utah,VT Vermont,VA Virginia,WA Washington,WV West Virginia,WI Wisconsin,WY Wyoming,
AS American Samoa,GU Guam,MP Northern Mariana Islands,PR Puerto Rico,VI U.S. Virgin Islands
"""
STATE_NAMES = {entry.strip()[:2]: entry.strip()[3:] for entry in _STATES.split(",")}
_CODE_OF_NAME = {name: code for code, name in STATE_NAMES.items()} | {"Washington State": "WA"}
_CODE_OF_WORD = {name.casefold(): code for name, code in _CODE_OF_NAME.items()}


def state_of(area: str) -> str:
    """Return the postal code of the US state in an area's name: `Denver, CO` and `Colorado` are CO, otherwise ''."""
    last = area.rsplit(", ", 1)[-1]
    return last if last in STATE_NAMES else _CODE_OF_NAME.get(last, "")


def state_named(word: str) -> str:
    """Return the postal code that a person means by `tx`, `TX` or `texas`, otherwise ''."""
    code = word.strip().upper()
    return code if code in STATE_NAMES else _CODE_OF_WORD.get(word.strip().casefold(), "")
