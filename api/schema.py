"""What the schema says of every call: its errors, its limits, and its parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from accounts.scopes import ApiScope
from api.problems import PROBLEM, ProblemSerializer
from common.lists import CURSORS

REASONS = {
    400: "Something in the request is not understood; `errors` says what, field by field.",
    401: "No key, or one that is not in force.",
    403: "The key may not do this, or the account's licenses do not open it.",
    404: "There is no such thing in this account.",
    409: "It cannot be done as things stand now.",
    413: "The body is larger than is taken at once.",
    415: "The body is not of the type that is taken.",
    422: "The idempotency key was used for another request.",
    429: "The key has used its calls of this minute; `Retry-After` says when to ask again.",
}
ALWAYS = (400, 401, 403, 429)
PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
CURSOR = {"type": "string", "pattern": PRINTABLE}
# What Python calls printable, of what a header can hold.
TOKEN = {"type": "string", "maxLength": 80, "pattern": r"^[^\x00-\x1f\x7f-\xa0\xad]*$"}
IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    TOKEN,
    OpenApiParameter.HEADER,
    description="A text of your own: the same request with it again is done once and gets the same answer, for a day.",
)


def call(
    summary: str,
    *,
    scope: ApiScope,
    answers: Mapping[Any, Any],
    refusals: Iterable[int] = (),
    parameters: Iterable[OpenApiParameter] = (),
    **more: Any,
) -> Callable[[Any], Any]:
    """Describe a call: what it does, which scope it needs, what it answers, how it refuses."""
    responses: dict[Any, Any] = dict(answers)
    parameters = list(parameters)
    for status in sorted({*ALWAYS, *refusals}):
        responses[(status, PROBLEM)] = OpenApiResponse(ProblemSerializer, description=REASONS[status])
    description = f"{more.pop('description', summary + '.')}\n\nNeeds the scope `{scope.value}`."
    describe = extend_schema(
        summary=summary, description=description, responses=responses, parameters=parameters, **more
    )

    def described(function: Any) -> Any:
        """Describe the call, and let it know its parameters, so that what is no parameter is refused."""
        found = describe(function)
        found.query = {one.name: one.enum for one in parameters if one.location == OpenApiParameter.QUERY}
        return found

    return described


def example(value: Any, *, status: int = 200) -> OpenApiExample:
    """Show an answer as it comes."""
    return OpenApiExample("Answer", value, response_only=True, status_codes=[str(status)])


def page_example(row: Any, *, following: str | None = None) -> OpenApiExample:
    """Show a page with one row."""
    return example({"next": following, "previous": None, "results": [row]})


def words(name: str, choices: Iterable[str], description: str) -> OpenApiParameter:
    """Describe a repeatable parameter whose values are words."""
    return OpenApiParameter(name, str, enum=list(choices), many=True, description=description)


def text(name: str, description: str) -> OpenApiParameter:
    """Describe a parameter of free text."""
    return OpenApiParameter(name, {"type": "string", "maxLength": 80, "pattern": PRINTABLE}, description=description)


def texts(name: str, description: str) -> OpenApiParameter:
    """Describe a repeatable parameter of words that differ from account to account."""
    item = {"type": "string", "maxLength": 80, "pattern": PRINTABLE}
    return OpenApiParameter(name, {"type": "array", "items": item}, description=description)


def word(name: str, choices: Iterable[str], description: str) -> OpenApiParameter:
    """Describe a parameter that is one word."""
    return OpenApiParameter(name, str, enum=list(choices), description=description)


def paging(sorts: Iterable[str]) -> list[OpenApiParameter]:
    """Describe how pages are asked for."""
    names = [sign + name for name in sorts for sign in ("", "-")]
    return [
        OpenApiParameter("sort", str, enum=names, description="The order; a minus reverses it."),
        OpenApiParameter("per_page", int, enum=list(settings.LIST_PAGE_SIZES), description="Rows of a page."),
        *(OpenApiParameter(name, CURSOR, description="A cursor out of `next` or `previous`.") for name in CURSORS),
    ]


ID = OpenApiParameter("uuid", OpenApiTypes.UUID, OpenApiParameter.PATH, description="The `id` of the object.")


def require_bodies(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """Say of each body that it must be there: by itself the generator does so for those with a required field only."""
    for calls in result["paths"].values():
        for one in calls.values():
            if "requestBody" in one:
                one["requestBody"]["required"] = True
    return result
