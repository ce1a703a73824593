"""Checks real HTTP exchanges against an OpenAPI 3.1 file: what was asked, and what was answered."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

TELNYX = Path(__file__).resolve().parent.parent / "contracts" / "telnyx-number-reputation.openapi.yaml"
_BASE = "urn:contract"
GENERAL_ERRORS = (400, 401, 403, 404, 422, 429, 500)
"""Statuses with the error envelope that any operation may answer, declared there or not."""


@dataclass(frozen=True)
class Exchange:
    """One request and its answer. `path` is the raw path below the server's base, `query` the raw query."""

    method: str
    path: str
    query: str
    body: bytes
    status: int
    answer_type: str
    answer: bytes


class Contract:
    """The operations of an OpenAPI file."""

    def __init__(self, file: Path = TELNYX) -> None:
        self.document = yaml.safe_load(file.read_text())
        resource = Resource.from_contents(self.document, default_specification=DRAFT202012)
        self._registry = Registry().with_resource(_BASE, resource)
        self.operations = {
            operation["operationId"]: (method.upper(), template)
            for template, methods in self.document["paths"].items()
            for method, operation in methods.items()
        }

    def check(self, exchange: Exchange, *, valid_request: bool = True) -> str:
        """Assert that both halves of an exchange fit; gives the operation's id."""
        template, values = self._match(exchange)
        operation = self.document["paths"][template][exchange.method.lower()]
        if valid_request:
            self._check_parameters(operation, values, exchange)
            self._check_body(operation, exchange)
        self._check_answer(operation, exchange)
        found: str = operation["operationId"]
        return found

    def _match(self, exchange: Exchange) -> tuple[str, dict[str, str]]:
        """The template with the fewest placeholders that fits; a plus sign in a path must be sent as %2B."""
        assert "+" not in exchange.path, f"A literal plus sign in the path {exchange.path}"
        for template in sorted(self.document["paths"], key=lambda one: one.count("{")):
            pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template))
            found = re.fullmatch(pattern, exchange.path)
            if found and exchange.method.lower() in self.document["paths"][template]:
                return template, {name: unquote(value) for name, value in found.groupdict().items()}
        raise AssertionError(f"{exchange.method} {exchange.path} is not in the contract")

    def _check_parameters(self, operation: Mapping[str, Any], values: Mapping[str, str], exchange: Exchange) -> None:
        declared = [self._resolved(one) for one in operation.get("parameters", ())]
        query = dict(parse_qsl(exchange.query, keep_blank_values=True))
        known = {one["name"] for one in declared if one["in"] == "query"}
        assert set(query) <= known, f"Unknown parameters {set(query) - known} for {operation['operationId']}"
        for parameter in declared:
            given = (query if parameter["in"] == "query" else values).get(parameter["name"])
            assert given is not None or not parameter.get("required"), f"{parameter['name']} is missing"
            if given is not None:
                self._validate(_typed(given, self._schema(parameter["schema"])), parameter["schema"])

    def _check_body(self, operation: Mapping[str, Any], exchange: Exchange) -> None:
        declared = operation.get("requestBody")
        if declared is None:
            assert not exchange.body, f"{operation['operationId']} takes no body"
        elif exchange.body:
            self._validate(json.loads(exchange.body), declared["content"]["application/json"]["schema"])
        else:
            assert not declared.get("required"), f"{operation['operationId']} needs a body"

    def _check_answer(self, operation: Mapping[str, Any], exchange: Exchange) -> None:
        responses = operation["responses"]
        kind = f"{exchange.status // 100}XX"
        declared = responses.get(str(exchange.status)) or responses.get(kind) or responses.get("default")
        if declared is None and exchange.status in GENERAL_ERRORS:
            declared = self.document["components"]["responses"]["OtherError"]
        assert declared is not None, f"{operation['operationId']} does not declare status {exchange.status}"
        content = self._resolved(declared).get("content")
        if content is None:
            assert not exchange.answer, f"{operation['operationId']} declares no body for {exchange.status}"
        elif "*" not in content:
            schema = content.get(exchange.answer_type)
            assert schema is not None, f"{exchange.answer_type} is not declared"
            if exchange.answer_type == "application/json":
                self._validate(json.loads(exchange.answer), schema["schema"])

    def _resolved(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in part:
            part = self._registry.resolver(_BASE).lookup(part["$ref"]).contents
        return part

    def _schema(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._resolved(schema)

    def _validate(self, value: Any, schema: Mapping[str, Any]) -> None:
        rooted = json.loads(json.dumps(schema).replace('"#/', f'"{_BASE}#/'))
        validator = Draft202012Validator(rooted, registry=self._registry, format_checker=FormatChecker())
        problems = [f"{'/'.join(map(str, one.absolute_path))}: {one.message}" for one in validator.iter_errors(value)]
        assert not problems, "; ".join(problems[:5])


def _typed(value: str, schema: Mapping[str, Any]) -> Any:
    kind = schema.get("type")
    if kind == "integer":
        return int(value)
    return value == "true" if kind == "boolean" and value in ("true", "false") else value
