"""Who may have a kept file, and under which name it is sent."""

from __future__ import annotations

import unicodedata
from uuid import UUID

from accounts.models import Membership, User
from common.scope import all_accounts
from enrollment.models import Attachment


def file_for(user: User, uuid: UUID) -> Attachment | None:
    """Return a file of one of the person's accounts, any file for a reviewer, otherwise None."""
    with all_accounts():
        file = Attachment.objects.filter(uuid=uuid).first()
        if file is None or user.is_reviewer:
            return file
        is_member = Membership.objects.filter(user=user, account_id=file.account_id).exists()
    return file if is_member else None


def header_name(file: Attachment) -> str:
    """Return a file's name as a header can carry it: plain ASCII without quotes."""
    plain = unicodedata.normalize("NFKD", file.filename).encode("ascii", "ignore").decode()
    return "".join(character for character in plain if character not in '"\\;\r\n').strip() or "file"
