"""The matrix: every address of the portal, and what each kind of person gets there.

`stranger` is the owner of another account who asks for something of acme; `nobody` is signed in without an account;
`reviewer` is platform staff without an account.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.routes_world import World

PEOPLE = ("anonymous", "nobody", "reviewer", "stranger", "viewer", "plain_admin", "admin", "owner")
LOGIN, OK, NO, GONE, BAD_METHOD = 302, 200, 403, 404, 405
Statuses = dict[str, int]


@dataclass(frozen=True)
class Row:
    """One request and the answer for each kind of person."""

    statuses: Statuses
    method: str = "get"
    kwargs: Callable[[World], dict[str, Any]] = lambda world: {}
    data: Callable[[World], dict[str, Any]] = lambda world: {}
    headers: dict[str, str] = field(default_factory=dict)


def everybody(status: int) -> Statuses:
    return dict.fromkeys(PEOPLE, status)


# A page of one's own account: the stranger sees their own.
ACCOUNT_PAGE = everybody(OK) | {"anonymous": LOGIN, "nobody": NO, "reviewer": NO}
# The same about one thing of acme: for the stranger it does not exist.
ACME_PAGE = ACCOUNT_PAGE | {"stranger": GONE}
# A change to one's own view: done, and led back.
CHANGED = ACCOUNT_PAGE | dict.fromkeys(PEOPLE[3:], 302)
# A page that changes something: viewers, and admins without the privilege, are told that they may not.
EDIT_PAGE = ACCOUNT_PAGE | {"viewer": NO, "plain_admin": NO}
ACME_EDIT_PAGE = EDIT_PAGE | {"stranger": GONE}
# A change to one thing of acme: done, and led on.
ACME_CHANGED = ACME_EDIT_PAGE | {"admin": 302, "owner": 302}
# What belongs to the platform: members see it, reviewers change it.
PLATFORM_PAGE = ACCOUNT_PAGE | {"reviewer": OK}
PLATFORM_EDIT_PAGE = everybody(NO) | {"anonymous": LOGIN, "reviewer": OK}
# Pages of django-allauth about oneself.
OWN_PAGE = everybody(OK) | {"anonymous": LOGIN}
# Entrances: a signed-in person is led on.
ENTRANCE = everybody(302) | {"anonymous": OK}


def form_of(**kwargs: str) -> Callable[[World], dict[str, Any]]:
    """Return the parameters of a page of the enrollment form for monitoring; acme is approved, globex has not begun."""
    return lambda world: {"service": "monitoring", **kwargs}


# The API knows keys only: a session opens nothing. What keys open is in tests/api.
NO_KEY = 401
API_LISTS = ("numbers", "campaigns", "observations", "jobs", "cases", "alerts", "feeds")
API_OBJECTS = {
    "number": World.of_number,
    "number_history": World.of_number,
    "number_readings": World.of_number,
    "campaign": World.of_campaign,
    "caller_id": World.of_campaign,
    "job": World.of_job,
    "job_numbers": World.of_job,
    "case": World.of_case,
}
ROWS: dict[str, list[Row]] = {
    "livez": [Row(everybody(OK))],
    "readyz": [Row(everybody(OK))],
    "home": [Row(ACCOUNT_PAGE | {"reviewer": LOGIN})],  # led to the reviews
    "help": [Row(OWN_PAGE)],
    "help_topic": [
        Row(OWN_PAGE, kwargs=lambda world: {"topic": "remediation"}),
        Row(everybody(GONE) | {"anonymous": LOGIN}, kwargs=lambda world: {"topic": "nonsense"}),
    ],
    "accounts:switch": [
        Row(everybody(BAD_METHOD) | {"anonymous": LOGIN}),
        Row(
            everybody(302) | {"nobody": GONE, "reviewer": GONE, "stranger": GONE},
            method="post",
            data=lambda world: {"account": str(world.acme.uuid)},
        ),
    ],
    "accounts:open": [
        Row(CHANGED | dict.fromkeys(("nobody", "reviewer", "stranger"), GONE), kwargs=World.of_account),
    ],
    "account_login": [Row(ENTRANCE)],
    "account_logout": [Row(OWN_PAGE), Row(everybody(302), method="post")],
    "account_signup": [Row(ENTRANCE)],
    "account_inactive": [Row(everybody(OK))],
    "account_reauthenticate": [Row(OWN_PAGE)],
    "account_email": [Row(everybody(GONE))],
    "account_email_verification_sent": [Row(everybody(GONE))],
    "account_confirm_email": [Row(everybody(GONE), kwargs=lambda world: {"key": "nonsense"})],
    "account_change_password": [Row(OWN_PAGE)],
    "account_set_password": [Row(everybody(302))],  # everybody here has one
    "account_confirm_login_code": [Row(everybody(302))],
    "account_reset_password": [Row(everybody(OK))],
    "account_reset_password_done": [Row(everybody(OK))],
    "account_reset_password_from_key": [Row(everybody(OK), kwargs=lambda world: {"uidb36": "1", "key": "nonsense"})],
    "account_reset_password_from_key_done": [Row(everybody(OK))],
    "numbers:list": [Row(ACCOUNT_PAGE), Row(ACCOUNT_PAGE, headers={"HX-Request": "true"})],
    "numbers:columns": [Row(ACCOUNT_PAGE | dict.fromkeys(PEOPLE[3:], BAD_METHOD)), Row(CHANGED, method="post")],
    "numbers:panel": [
        Row(ACME_PAGE, kwargs=World.of_number),
        Row(ACME_PAGE, kwargs=World.of_number, headers={"HX-Request": "true"}),
    ],
    "numbers:history": [Row(ACME_PAGE, kwargs=World.of_number)],
    "numbers:export": [Row(ACCOUNT_PAGE)],
    "numbers:account_history_export": [Row(ACCOUNT_PAGE)],
    "numbers:history_export": [Row(ACME_PAGE, kwargs=World.of_number)],
    "numbers:reading_raw": [Row(ACME_PAGE, kwargs=World.of_reading)],
    "numbers:import": [
        Row(EDIT_PAGE),
        Row(EDIT_PAGE | {"stranger": 400, "admin": 400, "owner": 400}, method="post"),
    ],
    "numbers:import_template": [Row(EDIT_PAGE)],
    "numbers:import_job": [
        Row(ACME_EDIT_PAGE, kwargs=World.of_import),
        Row(ACME_EDIT_PAGE, kwargs=World.of_import, headers={"HX-Request": "true"}),
    ],
    "numbers:import_apply": [Row(ACME_CHANGED, method="post", kwargs=World.of_import)],
    "numbers:import_cancel": [Row(ACME_CHANGED, method="post", kwargs=World.of_import)],
    "numbers:import_refused": [Row(ACME_EDIT_PAGE, kwargs=World.of_import)],
    "services:details": [Row(ACCOUNT_PAGE), Row(ACCOUNT_PAGE, headers={"HX-Request": "true"})],
    "services:enable": [Row(EDIT_PAGE), Row(EDIT_PAGE, method="post")],
    "services:disable": [Row(EDIT_PAGE), Row(EDIT_PAGE, method="post")],
    "services:register": [Row(EDIT_PAGE), Row(EDIT_PAGE, method="post")],
    "services:job": [Row(ACME_PAGE, kwargs=World.of_job)],
    "services:job_results": [Row(ACME_PAGE, kwargs=World.of_job)],
    "services:registration_enroll": [Row(ACCOUNT_PAGE)],
    "services:monitoring_enroll": [Row(ACCOUNT_PAGE)],
    "services:enroll_step": [
        # acme's form is closed, since it is approved: its people are led to where it stands.
        Row(EDIT_PAGE | {"admin": 302, "owner": 302}, kwargs=form_of(step="business")),
        Row(EDIT_PAGE | {"stranger": 400, "admin": 302, "owner": 302}, method="post", kwargs=form_of(step="business")),
        Row(EDIT_PAGE | {"stranger": GONE, "admin": 302, "owner": 302}, kwargs=form_of(step="nonsense")),
    ],
    "services:enroll_letter": [
        Row(EDIT_PAGE | {"admin": 302, "owner": 302}, kwargs=form_of()),
        Row(EDIT_PAGE | {"stranger": 400, "admin": 302, "owner": 302}, method="post", kwargs=form_of()),
    ],
    "services:enroll_letter_preview": [Row(EDIT_PAGE, kwargs=form_of())],
    "services:enroll_review": [
        Row(EDIT_PAGE | {"admin": 302, "owner": 302}, kwargs=form_of()),
        Row(EDIT_PAGE | {"stranger": 400, "admin": 302, "owner": 302}, method="post", kwargs=form_of()),
    ],
    "services:file": [Row(ACME_PAGE | {"nobody": GONE, "reviewer": OK}, kwargs=World.of_letter)],
    "reviews:list": [Row(PLATFORM_EDIT_PAGE)],
    "reviews:detail": [
        Row(PLATFORM_EDIT_PAGE, kwargs=World.of_application),
        Row(
            PLATFORM_EDIT_PAGE | {"reviewer": 302},
            method="post",
            kwargs=World.of_application,
            data=lambda world: {"action": "end", "text": "Over"},
        ),
    ],
    "reviews:accounts": [Row(PLATFORM_EDIT_PAGE)],
    "reviews:account": [Row(PLATFORM_EDIT_PAGE, kwargs=World.of_account)],
    "reviews:license_add": [
        Row(PLATFORM_EDIT_PAGE, kwargs=World.of_account),
        Row(PLATFORM_EDIT_PAGE | {"reviewer": 400}, method="post", kwargs=World.of_account),
    ],
    "reviews:license": [
        Row(PLATFORM_EDIT_PAGE, kwargs=World.of_license),
        Row(PLATFORM_EDIT_PAGE | {"reviewer": 400}, method="post", kwargs=World.of_license),
    ],
    "reviews:mail": [Row(PLATFORM_EDIT_PAGE)],
    "reviews:message": [
        Row(PLATFORM_EDIT_PAGE, kwargs=World.of_message),
        Row(PLATFORM_EDIT_PAGE | {"reviewer": 302}, method="post", kwargs=World.of_message),
    ],
    "campaigns:list": [Row(ACCOUNT_PAGE), Row(ACCOUNT_PAGE, headers={"HX-Request": "true"})],
    "campaigns:create": [Row(EDIT_PAGE), Row(EDIT_PAGE | {"stranger": 400, "admin": 400, "owner": 400}, method="post")],
    "campaigns:detail": [
        Row(ACME_PAGE, kwargs=World.of_campaign),
        Row(ACME_PAGE, kwargs=World.of_campaign, headers={"HX-Request": "true"}),
    ],
    "campaigns:caller_id": [
        Row(ACME_PAGE, kwargs=World.of_campaign),
        Row(ACME_CHANGED, method="post", kwargs=World.of_campaign, data=lambda world: {"use_mixed": "on"}),
    ],
    "campaigns:edit": [
        Row(ACME_EDIT_PAGE, kwargs=World.of_campaign),
        Row(ACME_CHANGED | {"stranger": GONE, "admin": 400, "owner": 400}, method="post", kwargs=World.of_campaign),
    ],
    "campaigns:end": [
        Row(ACME_EDIT_PAGE, kwargs=World.of_campaign),
        # Nobody was shown an effect: it is shown now, and nothing is done.
        Row(ACME_EDIT_PAGE | {"admin": 409, "owner": 409}, method="post", kwargs=World.of_campaign),
    ],
    "campaigns:default": [
        Row(
            ACME_EDIT_PAGE | {"stranger": BAD_METHOD, "admin": BAD_METHOD, "owner": BAD_METHOD},
            kwargs=World.of_campaign,
        ),
        Row(
            ACME_CHANGED,
            method="post",
            kwargs=World.of_campaign,
            data=lambda world: {"number": str(world.number.uuid)},
        ),
    ],
    "campaigns:add_numbers": [
        Row(ACME_EDIT_PAGE, kwargs=World.of_campaign),
        Row(ACME_EDIT_PAGE | {"admin": 400, "owner": 400}, method="post", kwargs=World.of_campaign),
    ],
    "campaigns:remove_numbers": [
        Row(ACME_CHANGED, kwargs=World.of_campaign),  # nothing is ticked
        Row(
            ACME_EDIT_PAGE | {"admin": 409, "owner": 409},
            method="post",
            kwargs=World.of_campaign,
            data=lambda world: {"ids": str(world.number.uuid)},
        ),
    ],
    "cases:list": [Row(ACCOUNT_PAGE), Row(ACCOUNT_PAGE, headers={"HX-Request": "true"})],
    "cases:times": [Row(ACCOUNT_PAGE), Row(ACCOUNT_PAGE, headers={"HX-Request": "true"})],
    "cases:export": [Row(ACCOUNT_PAGE)],
    "cases:list_evidence_pdf": [Row(ACME_PAGE)],
    "cases:list_evidence_text": [Row(ACME_PAGE)],
    "cases:of_number": [
        Row(ACME_PAGE | dict.fromkeys(PEOPLE[4:], 302), kwargs=World.of_number),
        Row(ACME_PAGE, kwargs=World.of_number, headers={"HX-Request": "true"}),
    ],
    "cases:detail": [Row(ACME_PAGE, kwargs=World.of_case)],
    "cases:evidence_pdf": [Row(ACME_PAGE, kwargs=World.of_case)],
    "cases:evidence_text": [Row(ACME_PAGE, kwargs=World.of_case)],
    "cases:note": [
        Row(
            ACME_CHANGED,
            method="post",
            kwargs=World.of_case,
            data=lambda world: {"note": "Called them"},
        )
    ],
    "cases:owner": [Row(ACME_CHANGED, method="post", kwargs=World.of_case)],
    "cases:act": [
        Row(ACME_EDIT_PAGE, kwargs=lambda world: world.of_case() | {"action": "cancel"}),
        Row(ACME_CHANGED, method="post", kwargs=lambda world: world.of_case() | {"action": "cancel"}),
        Row(
            ACME_EDIT_PAGE | {"admin": GONE, "owner": GONE},
            kwargs=lambda world: world.of_case() | {"action": "nonsense"},
        ),
    ],
    "cases:open_ticket": [
        Row(ACME_CHANGED, kwargs=World.of_case),  # it has an open one, to which people are led
        Row(ACME_EDIT_PAGE | {"admin": 400, "owner": 400}, method="post", kwargs=World.of_case),
    ],
    "cases:tickets": [Row(ACCOUNT_PAGE)],
    "cases:ticket": [
        Row(ACME_PAGE, kwargs=World.of_ticket),
        Row(
            ACME_CHANGED,
            method="post",
            kwargs=World.of_ticket,
            data=lambda world: {"body": "Any news?"},
        ),
    ],
    "cases:task": [
        Row(ACME_EDIT_PAGE, kwargs=World.of_task),
        Row(ACME_CHANGED, method="post", kwargs=World.of_task),
    ],
    "alerts:list": [Row(ACCOUNT_PAGE)],
    "alerts:act": [
        Row(EDIT_PAGE | dict.fromkeys(("stranger", "admin", "owner"), BAD_METHOD)),
        Row(EDIT_PAGE | dict.fromkeys(("stranger", "admin", "owner"), GONE), method="post"),
    ],
    "alerts:history": [Row(ACCOUNT_PAGE), Row(ACCOUNT_PAGE, headers={"HX-Request": "true"})],
    # Asked for by pages themselves, which must not jump: whoever may not see it is answered with nothing.
    "alerts:strip": [Row(everybody(OK) | dict.fromkeys(("anonymous", "nobody", "reviewer"), 204))],
    "alerts:of_campaign": [
        Row(ACME_PAGE | dict.fromkeys(PEOPLE[4:], 302), kwargs=World.of_campaign),
        Row(ACME_PAGE, kwargs=World.of_campaign, headers={"HX-Request": "true"}),
    ],
    "tickets:queue": [Row(PLATFORM_EDIT_PAGE)],
    "tickets:answer": [
        Row(PLATFORM_EDIT_PAGE, kwargs=World.of_ticket),
        Row(
            PLATFORM_EDIT_PAGE | {"reviewer": 302},
            method="post",
            kwargs=World.of_ticket,
            data=lambda world: {"body": "We looked"},
        ),
    ],
    "settings:alerts": [
        Row(ACCOUNT_PAGE),
        Row(CHANGED, method="post", data=lambda world: {"mail": "daily"}),
    ],
    "feeds:list": [Row(PLATFORM_PAGE), Row(PLATFORM_PAGE, headers={"HX-Request": "true"})],
    "feeds:add": [
        Row(EDIT_PAGE, kwargs=lambda world: {"provider": "telnyx"}),
        Row(
            EDIT_PAGE | {"stranger": 400, "admin": 400, "owner": 400},
            method="post",
            kwargs=lambda world: {"provider": "telnyx"},
        ),
    ],
    "feeds:detail": [
        Row(ACME_PAGE | {"nobody": NO, "reviewer": GONE}, kwargs=World.of_feed),
        Row(PLATFORM_PAGE, kwargs=World.of_platform_feed),
    ],
    "feeds:edit": [
        Row(ACME_EDIT_PAGE | {"reviewer": GONE}, kwargs=World.of_feed),
        Row(PLATFORM_EDIT_PAGE, kwargs=World.of_platform_feed),
    ],
    "feeds:act": [
        Row(ACME_CHANGED | {"reviewer": GONE}, method="post", kwargs=World.pausing_feed),
        Row(PLATFORM_EDIT_PAGE | {"reviewer": 302}, method="post", kwargs=World.pausing_platform_feed),
    ],
    "settings:home": [Row(ACCOUNT_PAGE)],
    "settings:audit": [Row(ACCOUNT_PAGE)],
    "settings:keys": [
        Row(ACCOUNT_PAGE),
        Row(EDIT_PAGE, method="post", data=lambda world: {"name": "Dialer", "scopes": "caller-id"}),
    ],
    "settings:key_revoke": [
        Row(ACME_EDIT_PAGE, kwargs=World.of_api_key),
        Row(ACME_CHANGED, method="post", kwargs=World.of_api_key),
    ],
    "api:docs": [Row(everybody(OK))],
    "api:schema": [Row(everybody(OK))],
    "api:missing": [Row(everybody(GONE), kwargs=lambda world: {"address": "nothing"})],
    **{f"api:{name}": [Row(everybody(NO_KEY))] for name in API_LISTS},
    **{f"api:{name}": [Row(everybody(NO_KEY), kwargs=of_object)] for name, of_object in API_OBJECTS.items()},
    "settings:provider": [
        Row(ACCOUNT_PAGE),
        Row(
            EDIT_PAGE | {"stranger": 302, "admin": 302, "owner": 302},
            method="post",
            data=lambda world: {"step": "hand_in"},
        ),
    ],
    "settings:thresholds": [
        Row(ACCOUNT_PAGE),
        Row(
            EDIT_PAGE,
            method="post",
            data=lambda world: {"spam_carriers": 2, "min_observations": "", "spam_share": "", "step": "preview"},
        ),
        Row(
            EDIT_PAGE | {"stranger": 302, "admin": 302, "owner": 302},
            method="post",
            data=lambda world: {"spam_carriers": 2, "min_observations": "", "spam_share": "", "step": "keep"},
        ),
    ],
}
