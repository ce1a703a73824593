"""Triggers that keep the copies in pools true: the account follows from the row that fires.

A number that joins another campaign brings its calls along: they are counted in every campaign that has it.
"""

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
    SELECT last_used_at, hour_at, hour_uses, day_on, day_uses INTO used
    FROM numbers_campaignnumber WHERE number_id = NEW.number_id AND last_used_at > NEW.last_used_at
    ORDER BY last_used_at DESC LIMIT 1;
    IF FOUND THEN
        NEW.last_used_at := used.last_used_at;
        NEW.hour_at := used.hour_at;
        NEW.hour_uses := used.hour_uses;
        NEW.day_on := used.day_on;
        NEW.day_uses := used.day_uses;
    END IF;
    RETURN NEW;
"""
MOVE_IN_POOLS = "UPDATE numbers_campaignnumber SET state = NEW.state WHERE number_id = NEW.id; RETURN NULL;"
