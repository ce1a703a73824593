"""The simulated side of the Telnyx contract: all 35 operations under /v2."""
