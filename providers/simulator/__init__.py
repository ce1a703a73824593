"""A small HTTP service that behaves like the providers, for demos and tests."""
