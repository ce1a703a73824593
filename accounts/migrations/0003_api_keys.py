"""Keys of the API, the calls of their minute, and answers that are given again."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_account_thresholds"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=80)),
                (
                    "beginning",
                    models.CharField(
                        help_text="How the secret begins, so that people can tell keys apart.", max_length=12
                    ),
                ),
                (
                    "digest",
                    models.CharField(editable=False, help_text="SHA-256 of the secret.", max_length=64, unique=True),
                ),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("numbers:read", "Read numbers, their history and readings"),
                                ("numbers:write", "Switch services of numbers on and off"),
                                ("campaigns:read", "Read campaigns"),
                                ("caller-id", "Choose caller IDs for calls"),
                                ("observations:write", "Report own test calls and what customers saw"),
                                ("cases:read", "Read cases and alerts"),
                                ("feeds:read", "Read how the feeds are"),
                            ],
                            max_length=30,
                        ),
                        size=None,
                    ),
                ),
                ("calls_per_minute", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ApiUse",
            fields=[
                (
                    "key",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.apikey",
                    ),
                ),
                ("minute", models.DateTimeField()),
                ("taken", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="ApiReply",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(help_text="The idempotency key that the caller sent.", max_length=80)),
                ("digest", models.CharField(help_text="SHA-256 of method, address and body.", max_length=64)),
                ("status", models.PositiveSmallIntegerField(default=0)),
                ("body", models.JSONField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.apikey",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("calls_per_minute__gte", 1)), name="accounts_api_key_has_a_limit"
            ),
        ),
        migrations.AddIndex(
            model_name="apireply",
            index=django.contrib.postgres.indexes.BTreeIndex(fields=["at"], name="accounts_api_reply_by_time"),
        ),
        migrations.AddConstraint(
            model_name="apireply",
            constraint=models.UniqueConstraint(fields=("key", "token"), name="accounts_api_reply_once"),
        ),
    ]
