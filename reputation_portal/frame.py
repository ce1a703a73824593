"""What every page's frame needs: navigation, account switcher, the count of flagged numbers, the person's role.

Lazy, because a fragment and a CSV need none of it: the one query runs when the frame asks for the count.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.models import Account, Membership, User
from common import compiled
from common.addresses import address_of, urlconf
from remediation.selectors import alert_groups


@dataclass(frozen=True)
class Place:
    """A page that the navigation can lead to, by the first of its URL names that exists."""

    label: str
    icon: str
    names: tuple[str, ...]
    reviewers_only: bool = False
    needs_account: bool = True
    needs_edit: bool = False
    counts_flagged: bool = False


@dataclass(frozen=True)
class Entry:
    """A line of the navigation as the template draws it."""

    label: str
    icon: str
    href: str
    is_current: bool
    count: int | None = None


@dataclass(frozen=True)
class Group:
    """A titled part of the navigation; the title may be empty."""

    title: str
    entries: list[Entry]


HOME = Place("Home", "home", ("home",))
ALERTS = Place("Alerts", "bell", ("alerts:list",), counts_flagged=True)
GROUPS: tuple[tuple[str, tuple[Place, ...]], ...] = (
    ("", (HOME,)),
    (
        "Number Management",
        (
            Place("Number Reputation", "phone-check", ("numbers:list",)),
            Place("Import", "upload", ("numbers:import",), needs_edit=True),
            Place("Campaigns", "speakerphone", ("campaigns:list",)),
        ),
    ),
    (
        "Protection",
        (
            Place("Cases", "ticket", ("cases:list",)),
            ALERTS,
            Place("Enrollment", "clipboard-check", ("services:details",)),
        ),
    ),
    (
        "Operations",
        (
            Place("Feeds", "rss", ("feeds:list",)),
            Place(
                "Reviews", "checks", ("reviews:list", "enrollment:reviews"), reviewers_only=True, needs_account=False
            ),
            Place("Settings", "settings", ("settings:home",)),
            Place("Help", "help", ("help",), needs_account=False),
        ),
    ),
)


def address(*names: str) -> str:
    """Return the address of the first URL name that exists, or ''."""
    for name in names:
        with suppress(NoReverseMatch):
            return address_of(name)
    return ""


class Frame:
    """The frame around one page, for one request; attributes are computed when the template reads them."""

    support_email = settings.SUPPORT_EMAIL

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.path = request.path
        self.user: User | None = getattr(request, "user", None)
        self.account: Account | None = getattr(request, "account", None)
        self.membership: Membership | None = getattr(request, "membership", None)
        self.memberships: list[Membership] = getattr(request, "memberships", [])

    @property
    def navigation_html(self) -> SafeString:
        """Return the navigation as it stands on the page."""
        rights = Rights(
            is_reviewer=bool(self.user and self.user.is_reviewer),
            has_account=self.account is not None,
            may_edit=self.membership is not None and self.membership.may_edit,
        )
        return _navigation(rights, _current_href(self.path), self.flagged, urlconf())

    @property
    def topbar_html(self) -> SafeString:
        """Return the top bar as it stands on the page."""
        return compiled.render("frame/topbar.html", {"frame": self}, self.request)

    @property
    def is_signed_in(self) -> bool:
        """Tell whether there is a person; error pages may come before anyone is known."""
        return self.user is not None and self.user.is_authenticated

    @cached_property
    def strip(self) -> alert_groups.Strip:
        """Return what the strip under the top bar says: how many numbers have an open alert (D22)."""
        return alert_groups.strip(now=timezone.now()) if self.account else alert_groups.Strip()

    @property
    def flagged(self) -> int:
        """Return the count of the strip, which navigation and bell show as well."""
        return self.strip.count

    @property
    def strip_href(self) -> str:
        """Return where pages ask whether the strip has changed."""
        return address("alerts:strip") if self.account else ""

    @property
    def home_href(self) -> str:
        """Return where the brand leads."""
        return address("home") or "/"

    @property
    def alerts_href(self) -> str:
        """Return where the bell leads: the alerts, or the flagged numbers while there is no such page."""
        return address(*ALERTS.names) or self.flagged_href

    @property
    def flagged_href(self) -> str:
        """Return the list narrowed to flagged numbers, or '' when there is no list."""
        numbers = address("numbers:list")
        return f"{numbers}?tagged=1" if numbers else ""

    @property
    def search_href(self) -> str:
        """Return where the search of the top bar goes."""
        return address("numbers:list")


class Rights(NamedTuple):
    """What decides which pages a person finds in the navigation."""

    is_reviewer: bool
    has_account: bool
    may_edit: bool

    def may_see(self, place: Place) -> bool:
        """Tell whether the navigation leads to a page."""
        return (
            (self.is_reviewer or not place.reviewers_only)
            and (self.has_account or not place.needs_account)
            and (self.may_edit or not place.needs_edit)
        )


@lru_cache(maxsize=1024)
def _navigation(rights: Rights, current: str, flagged: int, _urlconf: str) -> SafeString:
    """Return the navigation's text, which is the same for everybody with the same rights, page and count."""
    groups = [Group(title, _entries(places, rights, current, flagged)) for title, places in GROUPS]
    shown = [group for group in groups if group.entries]
    return compiled.render("frame/navigation.html", {"home_href": address("home") or "/", "groups": shown})


def _entries(places: tuple[Place, ...], rights: Rights, current: str, flagged: int) -> list[Entry]:
    shown = [(place, href) for place in places if rights.may_see(place) and (href := address(*place.names))]
    return [
        Entry(place.label, place.icon, href, current == href, flagged if place.counts_flagged else None)
        for place, href in shown
    ]


def _current_href(path: str) -> str:
    """Return the address of the entry that a page belongs to: the longest one that its path begins with."""
    inside = [href for href in _hrefs(urlconf()) if path == href or (href != "/" and path.startswith(href))]
    return max(inside, key=len, default="")


@cache
def _hrefs(_urlconf: str) -> list[str]:
    return [href for _, places in GROUPS for place in places if (href := address(*place.names))]


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the frame for templates as `frame`."""
    return {"frame": Frame(request)}
