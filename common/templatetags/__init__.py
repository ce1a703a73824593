"""Template tags without business words: icons, times and phone numbers."""
