"""The licenses, products and campaigns that the tests of eligibility speak of."""

from accounts.eligibility import CampaignFact
from accounts.products import LicenseKind, Product

L = LicenseKind
CC, PHONE, OTHER = Product.CONTACT_CENTER, Product.PHONE, Product.OTHER
CC_DIALING = CampaignFact(CC, "predictive", active=True)
PHONE_DIALING = CampaignFact(PHONE, "power", active=True)

TIERS = (None, L.CONTACT_CENTER_ESSENTIALS, L.CONTACT_CENTER_PREMIUM, L.CONTACT_CENTER_ELITE)
PHONE_LICENSES = (None, L.PHONE_PRO, L.PHONE_CALLING_PLAN, L.WORKPLACE_WITH_PHONE)
