"""Remediation: cases, what is submitted to providers for them, alerts and support tickets (R81-R88)."""
