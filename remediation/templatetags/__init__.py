"""Template tags for the words, colors and clocks of cases, alerts and tickets."""
