"""Which state a ZIP code belongs to, by its first three digits (USPS, Domestic Mail Manual, labeling list L002)."""

from __future__ import annotations

_RANGES = """
AL 350-369,AK 995-999,AZ 850-865,AR 716-729,CA 900-961,CO 800-816,CT 060-069,DE 197-199,DC 200-205,FL 320-349,
GA 300-319,GA 398-399,HI 967-968,ID 832-838,IL 600-629,IN 460-479,IA 500-528,KS 660-679,KY 400-427,LA 700-714,
ME 039-049,MD 206-219,MA 010-027,MA 055-055,MI 480-499,MN 550-567,MS 386-397,MO 630-658,MT 590-599,NE 680-693,
NV 889-898,NH 030-038,NJ 070-089,NM 870-884,NY 005-005,NY 063-063,NY 100-149,NC 270-289,ND 580-588,OH 430-459,
OK 730-749,OR 970-979,PA 150-196,RI 028-029,SC 290-299,SD 570-577,TN 370-385,TX 733-733,TX 750-799,TX 885-885,
UT 840-847,VT 050-059,VA 201-201,VA 220-246,WA 980-994,WV 247-268,WI 530-549,WY 820-834,
AS 967-967,GU 969-969,MP 969-969,PR 006-007,PR 009-009,VI 008-008
"""


def _by_state() -> dict[str, tuple[tuple[int, int], ...]]:
    found: dict[str, tuple[tuple[int, int], ...]] = {}
    for entry in _RANGES.split(","):
        state, _, digits = entry.strip().partition(" ")
        first, _, last = digits.partition("-")
        found[state] = (*found.get(state, ()), (int(first), int(last)))
    return found


STATE_PREFIXES = _by_state()


def is_in_state(zip_code: str, state: str) -> bool:
    """Tell whether a ZIP code (`NNNNN` or `NNNNN-NNNN`) can be in a state; nonsense is in none."""
    if not zip_code[:3].isdecimal():
        return False
    prefix = int(zip_code[:3])
    return any(first <= prefix <= last for first, last in STATE_PREFIXES.get(state, ()))
