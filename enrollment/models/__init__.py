"""Enrolling the business in services: the tables, one module per noun."""

from enrollment.models.enrollment import EnrolledService, Enrollment, EnrollmentState

__all__ = ["EnrolledService", "Enrollment", "EnrollmentState"]
