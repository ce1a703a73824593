"""Pages of remediation: cases, tickets, alerts, and the fragments that other pages show."""
