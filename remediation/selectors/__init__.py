"""Reads of cases, alerts, tickets and their figures."""
