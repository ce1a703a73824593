"""Enrolling the business in services: the tables, one module per noun."""

from enrollment.models.assignments import SeatPool, ServiceAssignment
from enrollment.models.business import ProfileSection
from enrollment.models.enrollment import Enrollment, EnrollmentEvent
from enrollment.models.files import Attachment, Letter
from enrollment.models.mail import OutgoingMail
from enrollment.models.number_jobs import NumberJob, NumberJobItem
from enrollment.models.ownership import NumberOwnership
from enrollment.models.provider_account import ProviderAccount, ProviderErrand
from enrollment.models.provider_numbers import NumberAtProvider
from enrollment.states import EnrolledService, EnrollmentState

__all__ = [
    "Attachment",
    "EnrolledService",
    "Enrollment",
    "EnrollmentEvent",
    "EnrollmentState",
    "Letter",
    "NumberAtProvider",
    "NumberJob",
    "NumberJobItem",
    "NumberOwnership",
    "OutgoingMail",
    "ProfileSection",
    "ProviderAccount",
    "ProviderErrand",
    "SeatPool",
    "ServiceAssignment",
]
