"""Feeds: polling providers, ingesting their pages, complaints."""
