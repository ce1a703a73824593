"""The Telnyx Number Reputation API, read and driven by its published contract."""
