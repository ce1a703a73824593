"""Addresses of the services: what they are, their forms, and what is done for chosen numbers.

Mounted at the root, since the confirmation windows stand below `/numbers/` (design, Addresses that stay).
"""

from django.urls import include, path

from enrollment import form_urls
from enrollment.number_states import JobKind
from enrollment.views import confirmations, number_jobs, service_details

app_name = "services"

urlpatterns = [
    path("services/", service_details.ServiceDetailsView.as_view(), name="details"),
    path("services/jobs/<uuid:uuid>/", number_jobs.NumberJobView.as_view(), name="job"),
    path("services/jobs/<uuid:uuid>/results.csv", number_jobs.NumberJobResultsView.as_view(), name="job_results"),
    path("services/", include(form_urls.urlpatterns)),
    path("numbers/monitoring/enable/", confirmations.ConfirmView.as_view(kind=JobKind.ENABLE), name="enable"),
    path("numbers/monitoring/disable/", confirmations.ConfirmView.as_view(kind=JobKind.DISABLE), name="disable"),
    path("numbers/registration/register/", confirmations.ConfirmView.as_view(kind=JobKind.REGISTER), name="register"),
]
