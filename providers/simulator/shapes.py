"""Checks a JSON body against a shape: the small part of JSON Schema that the simulated services need."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Shape = Mapping[str, Any]
Complaint = tuple[str, str]
"""A JSON pointer and what is wrong there, in words."""

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "object": dict,
    "array": list,
    "boolean": bool,
    "null": type(None),
}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URI = re.compile(r"https?://[^\s/]+\S*")


def complaints(value: Any, shape: Shape, pointer: str = "/body") -> Iterator[Complaint]:
    """Everything that is wrong with a value, each with its place; nothing when it fits."""
    types = shape.get("type", ())
    types = (types,) if isinstance(types, str) else types
    if types and not any(_is_a(value, name) for name in types):
        yield pointer, f"must be of type {' or '.join(types)}"
    elif isinstance(value, str):
        yield from _text(value, shape, pointer)
    elif isinstance(value, list):
        yield from _list(value, shape, pointer)
    elif isinstance(value, dict):
        yield from _object(value, shape, pointer)


def _is_a(value: Any, name: str) -> bool:
    return isinstance(value, _TYPES[name])


def _text(value: str, shape: Shape, pointer: str) -> Iterator[Complaint]:
    if len(value) < shape.get("minLength", 0):
        yield pointer, f"must have at least {shape['minLength']} characters"
    if len(value) > shape.get("maxLength", len(value)):
        yield pointer, f"must have at most {shape['maxLength']} characters"
    if "enum" in shape and value not in shape["enum"]:
        yield pointer, f"must be one of {', '.join(shape['enum'])}"
    if "pattern" in shape and not re.search(shape["pattern"], value):
        yield pointer, "does not have the right form"
    if shape.get("format") == "email" and not _EMAIL.fullmatch(value):
        yield pointer, "must be an e-mail address"
    if shape.get("format") == "uri" and not _URI.fullmatch(value):
        yield pointer, "must be an address"


def _list(value: list[Any], shape: Shape, pointer: str) -> Iterator[Complaint]:
    if not shape.get("minItems", 0) <= len(value) <= shape.get("maxItems", len(value)):
        yield pointer, f"must have {shape.get('minItems', 0)} to {shape.get('maxItems', 'any number of')} entries"
        return
    for place, entry in enumerate(value):
        yield from complaints(entry, shape.get("items", {}), f"{pointer}/{place}")


def _object(value: dict[str, Any], shape: Shape, pointer: str) -> Iterator[Complaint]:
    known = shape.get("properties", {})
    for name in shape.get("required", ()):
        if name not in value:
            yield f"{pointer}/{name}", "is required"
    for name, part in value.items():
        if name in known:
            yield from complaints(part, known[name], f"{pointer}/{name}")
        elif shape.get("additionalProperties") is False:
            yield f"{pointer}/{name}", "is not a known field"
