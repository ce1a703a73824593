"""The demo accounts: made-up people, numbers that ring nowhere, and a history by the simulator's own rules."""
