"""What every page must keep: nothing that the content security policy would refuse, and what readers need."""

from __future__ import annotations

from html.parser import HTMLParser


class _Finder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [f"<{tag} {name}>" for name in given if name == "style" or name.startswith(("on", "hx-on"))]
        if tag == "style":
            self.found.append("<style>")
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.found.append("<script> without src")
        if (given.get("href") or "").startswith("javascript:"):
            self.found.append(f"<{tag} href=javascript:>")


def refused_by_csp(html: str) -> list[str]:
    """Return what a page holds inline that the policy refuses: styles, scripts, event handlers."""
    finder = _Finder()
    finder.feed(html)
    return finder.found
