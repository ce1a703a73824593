"""Accounts, members and roles, licences, eligibility and audit."""
