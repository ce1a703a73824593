"""Ratings and tags of the numbers that are in pools already, and the trigger that carries every change of them on.

Each row that a statement wrote is looked up in the pools by its number. The plan is made once and kept: made for a single
row it must hold for fifty thousand, so no other way of joining is left to the planner.
"""

from django.db import migrations

FILL = """
UPDATE numbers_campaignnumber AS pool SET rating = status.rating, tagged = status.tag_since IS NOT NULL
FROM numbers_numberstatus AS status WHERE status.number_id = pool.number_id
"""
FOLLOW = """
CREATE FUNCTION numbers_follow_in_pools() RETURNS trigger LANGUAGE plpgsql
    SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off AS $$
BEGIN
    UPDATE numbers_campaignnumber AS pool SET rating = status.rating, tagged = status.tag_since IS NOT NULL
    FROM new_rows AS status
    WHERE pool.number_id = status.number_id
        AND (pool.rating <> status.rating OR pool.tagged <> (status.tag_since IS NOT NULL));
    RETURN NULL;
END $$;
CREATE TRIGGER numbers_follow_in_pools AFTER UPDATE ON numbers_numberstatus
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION numbers_follow_in_pools();
"""


class Migration(migrations.Migration):
    dependencies = [("numbers", "0021_ratings_in_pools")]
    operations = [
        migrations.RunSQL(FOLLOW, "DROP FUNCTION numbers_follow_in_pools CASCADE"),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
