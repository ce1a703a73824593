"""Everything that writes rows of remediation, and what it says to providers."""
