"""The parts that every list has: heads that sort, menus of filters, and the filters in use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from common import compiled
from common.lists import FilterMenu, Header

register = template.Library()


@register.simple_tag
def list_heads(headers: Iterable[Header], numeric: str = "") -> SafeString:
    """Draw the heads of a table; `numeric` names the columns of figures, parted by spaces."""
    return compiled.render("lists/heads.html", {"headers": headers, "numeric": numeric.split()})


@register.simple_tag
def list_menus(menus: Iterable[FilterMenu]) -> SafeString:
    """Draw filters as menus of boxes to tick."""
    return compiled.render("lists/menus.html", {"menus": menus})


@register.simple_tag(takes_context=True)
def list_foot(context: Context) -> SafeString:
    """Draw how many rows there are, the ways to other pages, and the sizes of a page."""
    values = {name: context[name] for name in ("table", "steps", "sizes", "size")}
    counted = {name: context.get(name) for name in ("found", "count_href")}
    return compiled.render("lists/foot.html", values | counted)


@register.simple_tag(takes_context=True)
def filters_in_use(context: Context) -> SafeString:
    """Draw the filters in use, each with a way to remove it, and what is wrong with those not understood."""
    names = ("active_filters", "filter_errors", "address")
    values: dict[str, Any] = {name: context[name] for name in names}
    return compiled.render("lists/in_use.html", values)
