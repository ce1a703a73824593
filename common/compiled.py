"""Compiled templates (Jinja2): for what repeats hundreds of times on a page, such as the rows of a list.

Django's own engine walks a tree of nodes for each value, which is most of the time of a page of fifty rows. Escaping
is the same: what Django marks as safe stays as it is, everything else is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.template import engines
from django.urls import reverse
from django.utils.safestring import SafeString
from jinja2 import Environment, StrictUndefined

from common.addresses import address_of
from common.templatetags.formats import ago, plural, thousands
from common.templatetags.icons import icon

ENGINE = "jinja2"


def environment(**options: Any) -> Environment:
    """Return the environment of settings.TEMPLATES; an unknown name in a template is an error, never empty."""
    made = Environment(**options | {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True})  # noqa: S701
    made.globals |= {"ago": ago, "icon": icon, "url": _address}
    made.filters |= {"plural": plural, "thousands": thousands}
    return made


def _address(name: str, *args: Any) -> str:
    """Return the address of a URL name."""
    return reverse(name, args=args) if args else address_of(name)


def render(template_name: str, context: Mapping[str, Any], request: HttpRequest | None = None) -> SafeString:
    """Return a compiled template's text, for a page to include as it is; forms need the request for `csrf_input`."""
    return SafeString(engines[ENGINE].get_template(template_name).render(dict(context), request))
