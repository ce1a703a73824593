"""Products that a number can belong to, and the kinds of licences that an account can hold (R12-R20)."""

from django.db import models


class Product(models.IntegerChoices):
    """Product of a number (R37); other products can be listed but are not eligible (D2)."""

    OTHER = 0, "Other"
    CONTACT_CENTER = 1, "Contact Center"
    PHONE = 2, "Phone"

    @property
    def key(self) -> str:
        """Return the word used in URLs, files and the API, such as `contact_center`."""
        return self.name.lower()


class LicenseKind(models.TextChoices):
    """Kinds of licences; the ones with seats are counted per number (R12-R20)."""

    SPAM_REGISTRATION = "esr", "Enterprise Spam Registration"
    SPAM_MONITORING = "smr", "Spam Monitoring and Remediation"
    CONTACT_CENTER_ESSENTIALS = "cc_essentials", "Contact Center Essentials"
    CONTACT_CENTER_PREMIUM = "cc_premium", "Contact Center Premium"
    CONTACT_CENTER_ELITE = "cc_elite", "Contact Center Elite"
    PHONE_PRO = "phone_pro", "Phone Pro"
    PHONE_CALLING_PLAN = "phone_calling_plan", "Phone calling plan"
    WORKPLACE_WITH_PHONE = "workplace_phone", "Workplace bundle with Phone"
    AUTO_DIALER = "auto_dialer", "Auto Dialer add-on for Phone"
