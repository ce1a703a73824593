"""SQL functions behind search by any run of digits or letters (D8).

A number is found by its overlapping groups of three characters, kept in one bigint array with a GIN index. The
account is part of each element, or the index would return every account's matches. PostgreSQL computes the array
itself (stored generated column), so no writer can forget it. One function per kind of text is also what a search calls.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION numbers_digit_groups(account bigint, digits text) RETURNS bigint[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(account * 1048576 + substr(digits, i, 3)::bigint), '{}')
    FROM generate_series(1, length(digits) - 2) AS i
$$;
CREATE FUNCTION numbers_label_groups(account bigint, label text) RETURNS bigint[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(account * 1048576 + 1000 + (
        ascii(substr(label, i, 1))::bigint * 9973 + ascii(substr(label, i + 1, 1)) * 101 + ascii(substr(label, i + 2, 1))
    ) % 1040000), '{}')
    FROM generate_series(1, length(label) - 2) AS i
$$;
CREATE FUNCTION numbers_search_groups(account bigint, e164 text, label text) RETURNS bigint[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT numbers_digit_groups(account, substr(e164, 2)) || numbers_label_groups(account, lower(label))
$$;
"""
BACKWARD = """
DROP FUNCTION numbers_search_groups(bigint, text, text);
DROP FUNCTION numbers_label_groups(bigint, text);
DROP FUNCTION numbers_digit_groups(bigint, text);
"""


class Migration(migrations.Migration):
    dependencies = []
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
