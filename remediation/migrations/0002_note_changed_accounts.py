"""What Django cannot declare: the trigger that notes the accounts whose numbers' tags or monitoring changed."""

from django.db import migrations

# Kinds are those of phone_numbers.states.EventKind: 3 rating, 4 spam tag, 6 monitoring. A first clean reading after
# Unknown counts too: the tag may have expired before, and only a clean reading closes a case (D19).
NOTE = """
CREATE FUNCTION remediation_note_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO remediation_changedaccount (account_id)
    SELECT DISTINCT account_id FROM new_rows
    WHERE kind IN (4, 6) OR (kind = 3 AND from_value = 'unknown' AND to_value = 'healthy');
    RETURN NULL;
END $$;
CREATE TRIGGER remediation_note_changes AFTER INSERT ON numbers_numberevent REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION remediation_note_changes();
"""
REVERSE = """
DROP TRIGGER remediation_note_changes ON numbers_numberevent;
DROP FUNCTION remediation_note_changes();
"""


class Migration(migrations.Migration):
    """Begin to note changes; what is there already is found by the sweep."""

    dependencies = [("remediation", "0001_cases_submissions_alerts_tickets")]
    operations = [migrations.RunSQL(NOTE, REVERSE)]
