"""Everything that writes rows of enrollment, and talks to the account's provider between transactions."""
