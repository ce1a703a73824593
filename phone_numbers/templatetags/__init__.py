"""Template tags for the words and colors of a number's state."""
