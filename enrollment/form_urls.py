"""Addresses of enrolling the business, below `/services/`; part of the namespace `services`."""

from django.urls import path

from enrollment.states import EnrolledService
from enrollment.views import enroll, letters, steps

urlpatterns = [
    path("files/<uuid:uuid>/", letters.FileView.as_view(), name="file"),
    *(
        path(f"{service}/enroll/", enroll.EnrollView.as_view(), {"service": str(service)}, name=f"{service}_enroll")
        for service in EnrolledService
    ),
    path("<slug:service>/enroll/letter/", letters.LetterStepView.as_view(), name="enroll_letter"),
    path("<slug:service>/enroll/letter/preview.pdf", enroll.LetterPreviewView.as_view(), name="enroll_letter_preview"),
    path("<slug:service>/enroll/review/", enroll.ReviewStepView.as_view(), name="enroll_review"),
    path("<slug:service>/enroll/<slug:step>/", steps.SectionStepView.as_view(), name="enroll_step"),
]
