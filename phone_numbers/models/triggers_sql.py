"""Triggers that keep the copies in pools true: the account follows from the row that fires."""

PLACE_IN_POOL = r"""
    SELECT e164, state INTO number FROM numbers_phonenumber WHERE id = NEW.number_id;
    IF number.e164 ~ '^\+1[0-9]{10}$' THEN
        NEW.area_code := left(number.e164, 5);
        NEW.exchange := left(number.e164, 8);
    END IF;
    NEW.state := coalesce(number.state, '');
    SELECT rating, tag_since INTO status FROM numbers_numberstatus WHERE number_id = NEW.number_id;
    NEW.rating := coalesce(status.rating, 0);
    NEW.tagged := status.tag_since IS NOT NULL;
    RETURN NEW;
"""
MOVE_IN_POOLS = "UPDATE numbers_campaignnumber SET state = NEW.state WHERE number_id = NEW.id; RETURN NULL;"
