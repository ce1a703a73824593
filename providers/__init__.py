"""Adapters to the services that observe, register and repair phone numbers, and a simulator of them.

Plain Python: no Django, nothing of the portal. What comes in and goes out are the frozen dataclasses of `base`;
what goes wrong is one of the four errors of `errors`.
"""
