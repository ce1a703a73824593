"""`/api/v1/feeds`: how each source of readings and complaints is."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scopes import ApiScope
from api import schema
from api.base import ApiView, moment
from phone_numbers.models import Feed
from phone_numbers.selectors import feeds


class FeedSerializer(serializers.Serializer[Any]):
    """A feed with its health; settings and key are never sent."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    provider = serializers.CharField()
    kept_by = serializers.ChoiceField(choices=("account", "platform"))
    health = serializers.CharField(help_text="A word, such as Healthy, Failing or Stale.")
    sentence = serializers.CharField()
    interval_seconds = serializers.IntegerField()
    last_success_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)


class FeedsSerializer(serializers.Serializer[Any]):
    """Every feed of the account, and those of the platform."""

    results = FeedSerializer(many=True)


FEED = {
    "id": "2e8f0b64-9b0a-4c39-9d36-1f2a7c5b8d10",
    "name": "Telnyx, main account",
    "provider": "telnyx",
    "kept_by": "account",
    "health": "Healthy",
    "sentence": "Up to date.",
    "interval_seconds": 3600,
    "last_success_at": "2026-11-20T08:00:04.000Z",
    "due_at": "2026-11-20T09:00:04.000Z",
}


class FeedListView(ApiView):
    """The feeds that bring news about the account's numbers."""

    scopes = {"GET": ApiScope.FEEDS_READ}

    @schema.call(
        "List feeds",
        scope=ApiScope.FEEDS_READ,
        answers={200: FeedsSerializer},
        operation_id="feeds_list",
        examples=[schema.example({"results": [FEED]})],
    )
    def get(self, request: Request) -> Response:
        """Return all of them; there are few."""
        return Response({"results": [self._as_dict(feed) for feed in feeds.feeds_for(self.account)]})

    def _as_dict(self, feed: Feed) -> dict[str, Any]:
        health = feeds.health_of(feed, now=self.now)
        return {
            "id": str(feed.uuid),
            "name": feed.name,
            "provider": feed.provider,
            "kept_by": "account" if feed.account_id else "platform",
            "health": health.word,
            "sentence": health.sentence,
            "interval_seconds": feed.interval_seconds,
            "last_success_at": moment(feed.last_success_at),
            "due_at": None if feed.paused else moment(feed.due_at),
        }
