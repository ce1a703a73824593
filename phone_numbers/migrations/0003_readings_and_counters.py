"""What Django cannot declare: the partitioned table of readings, storage settings, and the counters' triggers."""

from django.db import migrations

READINGS = """
CREATE TABLE numbers_reading (
    account_id bigint NOT NULL,
    number_id bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    source_id smallint NOT NULL,
    verdict smallint NOT NULL,
    maturity smallint NOT NULL,
    connection smallint NOT NULL,
    engagement smallint NOT NULL,
    sentiment smallint NOT NULL,
    flagged boolean NOT NULL,
    ident varchar(80) NOT NULL,
    category varchar(80) NOT NULL,
    raw text,
    PRIMARY KEY (number_id, source_id, observed_at, ident)
) PARTITION BY RANGE (observed_at);
"""

# Every reading updates the hot row; room on the page keeps the new version beside the old one.
STORAGE = """
ALTER TABLE numbers_numberstatus SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE numbers_sourceview SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
"""

# Ingestion writes its own deltas and sets numbers.count_by_hand, which makes these functions return at once.
COUNTERS = """
CREATE FUNCTION numbers_count_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('numbers.count_by_hand', true) = 'on' THEN RETURN NULL; END IF;
    INSERT INTO numbers_numbercount (account_id, product, origin, registration, capability, rating, tagged, n)
    SELECT account_id, product, origin, registration, capability, rating, tag_since IS NOT NULL, count(*)
    FROM new_rows GROUP BY 1, 2, 3, 4, 5, 6, 7;
    RETURN NULL;
END $$;
CREATE FUNCTION numbers_count_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO numbers_numbercount (account_id, product, origin, registration, capability, rating, tagged, n)
    SELECT o.account_id, o.product, o.origin, o.registration, o.capability, o.rating, o.tag_since IS NOT NULL, -count(*)
    FROM old_rows o JOIN accounts_account a ON a.id = o.account_id GROUP BY 1, 2, 3, 4, 5, 6, 7;
    RETURN NULL;
END $$;
CREATE FUNCTION numbers_count_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('numbers.count_by_hand', true) = 'on' THEN RETURN NULL; END IF;
    INSERT INTO numbers_numbercount (account_id, product, origin, registration, capability, rating, tagged, n)
    SELECT account_id, product, origin, registration, capability, rating, tagged, sum(n)
    FROM (
        SELECT account_id, product, origin, registration, capability, rating, tag_since IS NOT NULL AS tagged, 1 AS n
        FROM new_rows
        UNION ALL
        SELECT account_id, product, origin, registration, capability, rating, tag_since IS NOT NULL, -1 FROM old_rows
    ) AS moved
    GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(n) <> 0;
    RETURN NULL;
END $$;
CREATE TRIGGER numbers_count_insert AFTER INSERT ON numbers_numberstatus
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION numbers_count_inserted();
CREATE TRIGGER numbers_count_delete AFTER DELETE ON numbers_numberstatus
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION numbers_count_deleted();
CREATE TRIGGER numbers_count_update AFTER UPDATE ON numbers_numberstatus
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION numbers_count_updated();
"""


class Migration(migrations.Migration):
    dependencies = [("numbers", "0002_initial")]
    operations = [
        migrations.RunSQL(READINGS, "DROP TABLE numbers_reading"),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.RunSQL(
            COUNTERS,
            "DROP FUNCTION numbers_count_inserted, numbers_count_deleted, numbers_count_updated CASCADE",
        ),
    ]
