"""Words of enrollment: the services, where a business stands with one of them, and why it is sent back."""

from __future__ import annotations

from django.db import models


class EnrolledService(models.TextChoices):
    """Services that a business enrolls in; each is approved on its own (D13)."""

    REGISTRATION = "registration", "Enterprise spam registration"
    MONITORING = "monitoring", "Spam monitoring & remediation"


class EnrollmentState(models.TextChoices):
    """States of an enrollment (design, States)."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    IN_REVIEW = "in_review", "In review"
    NEEDS_INFORMATION = "needs_information", "Needs information"
    PROVIDER_VETTING = "provider_vetting", "Provider vetting"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    ENDED = "ended", "Ended"


class ReasonCode(models.TextChoices):
    """Reasons that a reviewer can choose; kept in events, so a code never changes."""

    CONTACT = "contact_not_authorized", "The contact is not authorized to act for the business"
    RECORDS = "records_differ", "Details do not match public records"
    DOMAIN = "domain_differs", "Website or e-mail domain does not match the business"
    LETTER = "letter", "The letter of authorization is missing, unsigned or for another business"
    NUMBERS = "numbers_not_shown", "The numbers are not shown to belong to the business"
    PRACTICES = "practices", "Dialing practices cannot be helped by this service"
    MORE = "more_information", "More information is needed"
    PROVIDER = "provider", "The provider refused"


class SectionKey(models.TextChoices):
    """Parts of the form that hold answers; the first three are asked once for both services."""

    BUSINESS = "business", "Business"
    CONTACTS = "contacts", "Address and contacts"
    CALLS = "calls", "Calls and numbers"
    PRACTICES = "practices", "Dialing practices"


class AttachmentKind(models.TextChoices):
    """What a kept file is."""

    LETTER = "letter", "Letter of authorization"
    SIGNATURE = "signature", "Signature"
    PROOF = "proof", "Proof of ownership"


class SigningMethod(models.TextChoices):
    """How a letter of authorization was signed."""

    DRAWN = "drawn", "Drawn"
    TYPED = "typed", "Typed name"
    UPLOADED = "uploaded", "Uploaded signed letter"


class MailState(models.TextChoices):
    """States of a message of the outbox."""

    QUEUED = "queued", "Waiting to be sent"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Not sent"
