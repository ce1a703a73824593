"""What the pages of remediation share: a poll never leads anybody away from what they are doing."""

from __future__ import annotations

from django.http import HttpResponse

from accounts.access import AccountPageMixin


class RemediationPageMixin(AccountPageMixin):
    """A page of the current account. When the session has ended, its poll is answered with nothing.

    Otherwise the page would jump to the sign-in by itself, under the hands of somebody who writes a note.
    """

    def handle_no_permission(self) -> HttpResponse:  # type: ignore[override]
        """Lead to the sign-in, except for a poll."""
        if self.request.htmx and "poll" in self.request.GET:
            return HttpResponse(status=204)
        return super().handle_no_permission()
