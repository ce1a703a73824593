"""The REST API, version 1: the same filters, selectors and services as the pages, for programs with a key (B12)."""
