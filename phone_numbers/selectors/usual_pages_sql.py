"""The statements of the usual pages: one for each order, its place, and whether it is of one status."""

from __future__ import annotations

from collections.abc import Sequence

# Types of what a statement is given, by lookup.
TYPES = {
    "e164": "text",
    "label": "text",
    "area": "text",
    "id": "bigint",
    "status__status": "int",
    "status__overall": "int",
    "status__last_updated": "timestamptz",
    "status__number_id": "bigint",
}


def page(
    columns: Sequence[str], order: Sequence[str], *, descending: bool, beyond: bool, of_status: bool, limit: int
) -> tuple[str, dict[str, str]]:
    """Return a statement that finds a page, and the types of its parameters in their order.

    `columns` and `order` are lookups of PhoneNumber. It takes the `account`; `beyond` a place, its values in the order
    as `place_0` and so on; and `of_status` the `status`.
    """
    sorted_by = [_column(field) for field in order]
    places = {f"place_{n}": TYPES[field] for n, field in enumerate(order)} if beyond else {}
    given = ", ".join(f"%({place})s" for place in places)
    conditions = [
        # Asked once, of the half that has the order: asked of both, too few rows are expected (`numbers_in_order`).
        f"{sorted_by[0].partition('.')[0]}.account_id = %(account)s",
        *(["status.status = %(status)s"] if of_status else []),
        *([f"({', '.join(sorted_by)}) {'<' if descending else '>'} ({given})"] if beyond else []),
    ]
    statement = f"""
        SELECT {", ".join(map(_column, columns))}
        FROM numbers_numberstatus AS status JOIN numbers_phonenumber AS number ON number.id = status.number_id
        WHERE {" AND ".join(conditions)}
        ORDER BY {", ".join(f"{column} {'DESC' if descending else 'ASC'}" for column in sorted_by)} LIMIT {limit}
    """
    return statement, {"account": "bigint"} | ({"status": TYPES["status__status"]} if of_status else {}) | places


def _column(field: str) -> str:
    table, _, column = field.rpartition("__")
    return f"{table or 'number'}.{column}"
