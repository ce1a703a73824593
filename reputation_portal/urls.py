"""All addresses of the portal."""

from django.urls import include, path

from accounts import urls as account_urls
from api import urls as api_urls
from enrollment import review_urls
from enrollment import urls as enrollment_urls
from phone_numbers import urls as number_urls
from phone_numbers.campaigns import urls as campaign_urls
from phone_numbers.feeds import urls as feed_urls
from remediation import urls as remediation_urls
from reputation_portal import health, help_pages, home, settings_urls

# Programs are told as problems what people are told by pages.
handler400 = "api.problems.bad_request"
handler500 = "api.problems.server_error"
urlpatterns = [
    path("", home.HomeView.as_view(), name="home"),
    path("accounts/", include(account_urls)),
    path("accounts/", include(account_urls.closed_patterns)),
    path("accounts/", include("allauth.account.urls")),
    path("", include(enrollment_urls)),
    path("numbers/", include(number_urls)),
    path("campaigns/", include(campaign_urls)),
    path("feeds/", include(feed_urls)),
    path("cases/", include(remediation_urls.cases)),
    path("alerts/", include(remediation_urls.alerts)),
    path("reviews/tickets/", include(remediation_urls.tickets)),
    path("reviews/", include(review_urls)),
    path("settings/", include(settings_urls)),
    path("api/v1/", include(api_urls)),
    path("help/", help_pages.HelpView.as_view(), name="help"),
    path("help/<slug:topic>/", help_pages.HelpTopicView.as_view(), name="help_topic"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]
