"""The portal on one machine: embedded PostgreSQL and Redis, and the supervisor behind `make run`.

Nothing in this package imports Django: it prepares the environment that Django's settings read.
"""
