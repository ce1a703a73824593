"""Statements that fill the tables of area names. The names are the same for every account."""

LOCK = "SELECT pg_advisory_xact_lock(hashtext('numbers.areas'))"

CREATE_STAGED = """
CREATE TEMP TABLE staged_area (kind text, code text, name text, state text) ON COMMIT DROP
"""

COPY_STAGED = "COPY staged_area FROM STDIN (FORMAT csv, FORCE_NOT_NULL (state))"

FILL_PREFIXES = """
INSERT INTO numbers_areaprefix (prefix, area, state)
SELECT code, name, state FROM staged_area WHERE kind = 'prefix'
"""

FILL_COUNTRIES = "INSERT INTO numbers_country (code, name) SELECT code, name FROM staged_area WHERE kind = 'country'"
