"""The simulator's control page as HTML: one file, no script, light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from providers.simulator.faults import KINDS

_STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")


def render(state: Mapping[str, Any], ledger: Mapping[str, Any], requests: Sequence[Mapping[str, Any]]) -> str:
    """The whole page; every value is escaped."""
    parts = [_head(), _figures(state), _faults(state["faults"]), _numbers(), _accounts(state["accounts"])]
    parts += [_charges(ledger), _requests(requests), "</main></html>"]
    return "".join(parts)


def _head() -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Provider simulator</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style><main>'
        "<h1>Provider simulator</h1><p>Speaks the Telnyx contract under <code>/v2</code>, the carrier feed under "
        "<code>/carrier/v1/calls</code>, Hiya under <code>/hiya</code>, the FTC's complaints under <code>/ftc</code> "
        "and the FCC's under <code>/fcc</code>. "
        "All numbers and labels are made up; nothing here is sent anywhere.</p>"
    )


def _figures(state: Mapping[str, Any]) -> str:
    figures = (
        ("Accounts", f"{len(state['accounts'])}"),
        ("Requests", f"{state['request_count']:,}"),
        ("Would have been billed", _money(state["billed_cents"])),
        ("Simulated time", _short(state["simulated_now"])),
        ("Speed", f"{state['speed']:g} times"),
        ("Seed", f"{state['seed']}"),
    )
    return _wrap(
        "div",
        "cards",
        (f'<div class="card"><span>{name}</span><b>{escape(value)}</b></div>' for name, value in figures),
    )


def _faults(on: Mapping[str, Mapping[str, Any]]) -> str:
    rows = (_fault_row(name, words, on.get(name)) for name, words in KINDS.items())
    all_off = _form("/control/faults", {}, "Switch all off") if on else ""
    head = "<tr><th>Fault</th><th>What happens</th><th>State</th><th></th></tr>"
    return f"<section><h2>Faults</h2><table>{head}{''.join(rows)}</table>{all_off}</section>"


def _fault_row(name: str, words: str, fault: Mapping[str, Any] | None) -> str:
    button = _form("/control/faults", {"name": name, "on": "false" if fault else "true"}, "Off" if fault else "On")
    state = f'<span class="bad">on, struck {fault["hits"]} times</span>' if fault else "off"
    cells = f"<td><code>{name}</code></td><td>{words}</td><td>{state}</td><td>{button}</td>"
    return f'<tr class="{"on" if fault else ""}">{cells}</tr>'


def _numbers() -> str:
    field = '<input name="number" placeholder="+12025550123" aria-label="Number" required>'
    label = f'<form method="post" action="/control/label">{field}<button>Label as spam</button></form>'
    clear = f'<form method="post" action="/control/clear">{field}<button>Clear the label</button></form>'
    ask = f'<form method="post" action="/control/ownership">{field}<button>Ask whose it is</button></form>'
    seconds = '<input name="seconds" value="86400" aria-label="Seconds" inputmode="numeric">'
    jump = f'<form method="post" action="/control/advance">{seconds}<button>Skip simulated seconds</button></form>'
    return f'<section><h2>Make something happen</h2><div class="row">{label}{clear}{ask}{jump}</div></section>'


def _accounts(accounts: Sequence[Mapping[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(one['key'])}</code></td><td class=n>{one['numbers']:,}</td>"
        f"<td>{'<br>'.join(_enterprise(item) for item in one['enterprises'])}</td>"
        f"<td class=n>{one['remediations']}</td><td class=n>{one['documents']}</td></tr>"
        for one in accounts
    )
    head = "<tr><th>Key</th><th>Numbers</th><th>Enterprises</th><th>Remediations</th><th>Documents</th></tr>"
    empty = "<p>None yet: an account is made when its key is first used.</p>"
    return f"<section><h2>Accounts</h2>{f'<table>{head}{rows}</table>' if rows else empty}</section>"


def _enterprise(one: Mapping[str, Any]) -> str:
    enabled = '<span class="good">enabled</span>' if one["enabled"] else "not enabled"
    gates = "".join(_gate(one["id"], gate, word) for gate, word in one["gates"].items() if word)
    return f"{escape(one['legal_name'])} <code>{escape(one['id'])}</code> {enabled}{gates}"


def _gate(identity: str, gate: str, word: str) -> str:
    """What a gate says, and while it is open the buttons that decide it."""
    fields = {"enterprise": identity, "gate": gate}
    buttons = [
        _form("/control/decide", fields | {"outcome": outcome}, f"{words} the {gate}")
        for outcome, words in (("approved", "Approve"), ("rejected", "Reject"))
    ]
    return f'<div class="row">{gate}: {word}{"".join(buttons) if word == "pending" else ""}</div>'


def _charges(ledger: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{_short(one['at'])}</td><td><code>{escape(one['key'])}</code></td><td>{escape(one['about'])}</td>"
        f"<td class=n>{one['count']:,}</td><td class=n>{_money(one['cents'])}</td></tr>"
        for one in reversed(ledger["charges"][-25:])
    )
    head = "<tr><th>Time (UTC)</th><th>Key</th><th>What</th><th>Numbers</th><th>Amount</th></tr>"
    empty = '<p class="good">Nothing billed so far.</p>'
    return f"<section><h2>Ledger of billed calls</h2>{f'<table>{head}{rows}</table>' if rows else empty}</section>"


def _requests(requests: Sequence[Mapping[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td>{_short(one['at'])}</td><td>{escape(one['method'])}</td><td><code>{escape(one['path'])}</code></td>"
        f"<td class=n>{one['status'] or 'none'}</td><td>{escape(one['fault'])}</td></tr>"
        for one in requests
    )
    head = "<tr><th>Time (UTC)</th><th>Method</th><th>Path</th><th>Status</th><th>Fault</th></tr>"
    return f"<section><h2>Latest requests</h2><table>{head}{rows}</table></section>" if rows else ""


def _form(action: str, fields: Mapping[str, str], words: str) -> str:
    hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in fields.items())
    return f'<form method="post" action="{action}">{hidden}<button>{words}</button></form>'


def _wrap(tag: str, kind: str, parts: Iterable[str]) -> str:
    return f'<{tag} class="{kind}">{"".join(parts)}</{tag}>'


def _money(cents: int) -> str:
    return f"{cents / 100:,.2f} USD"


def _short(moment: str) -> str:
    return datetime.fromisoformat(moment).strftime("%Y-%m-%d %H:%M:%S")
