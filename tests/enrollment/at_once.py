"""Does something many times at once, each time on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connection

from accounts.models import Account
from common.scope import account_scope


def outcomes(account: Account, action: Callable[[int], object], *, times: int) -> list[object]:
    """Start `action` in so many threads at the same moment, in the account's scope; return what each returned."""
    gate, found = threading.Barrier(times), [None] * times

    def run(serial: int) -> None:
        try:
            with account_scope(account):
                gate.wait(10)
                found[serial] = action(serial)  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(serial,)) for serial in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return list(found)
