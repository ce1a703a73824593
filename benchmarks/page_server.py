"""A service that offers observed calls in the carrier feed's format: `python -m benchmarks.page_server NUMBERS_FILE`.

Each address `/<feed>` is a feed of its own with `PAGES` pages of `LINES` calls about its share of the numbers in the
file. A page is the same whenever it is asked for. `/asked` tells how often each page was. Prints its `host:port`.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

FEEDS, PAGES, LINES = 8, 5, 20_000
CARRIERS = ("att", "verizon")


class Offer:
    """The pages of all feeds; the calls are of the last half hour before the start."""

    def __init__(self, numbers: list[str]) -> None:
        self.numbers = numbers
        self.start = datetime.now(UTC) - timedelta(minutes=30)
        self.asked: Counter[str] = Counter()

    def page(self, feed: int, page: int) -> bytes:
        """Return a page as NDJSON with its last line; beyond the last page there is only that line."""
        self.asked[f"{feed}/{page}"] += page < PAGES
        lines = self._lines(feed, page) if page < PAGES else []
        end = {"cursor": str(min(page + 1, PAGES)), "more": page + 1 < PAGES, "count": len(lines)}
        return "".join([*lines, json.dumps({"end": end}) + "\n"]).encode()

    def _lines(self, feed: int, page: int) -> list[str]:
        draw = random.Random(f"{feed}/{page}")
        own = self.numbers[feed::FEEDS]
        time = (self.start + timedelta(minutes=2 * page)).isoformat()
        return [
            f'{{"id":"{feed}-{page}-{place}","number":"{draw.choice(own)}","carrier":"{draw.choice(CARRIERS)}",'
            f'"time":"{time}","label":{LABELS[draw.random() < 0.02]}}}\n'
            for place in range(LINES)
        ]


LABELS = {True: '"Spam Likely"', False: "null"}


class Handler(BaseHTTPRequestHandler):
    """Answers GET only."""

    offer: Offer

    def do_GET(self) -> None:
        """Answer a page, or what was asked so far."""
        address = urlsplit(self.path)
        if address.path == "/asked":
            body = json.dumps(self.offer.asked).encode()
        else:
            after = parse_qs(address.query).get("after", ["0"])[0]
            body = self.offer.page(int(address.path.strip("/")), int(after))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing: the run's output is a table."""


def main(file: str) -> None:
    """Serve until killed."""
    Handler.offer = Offer(Path(file).read_text().split())
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
