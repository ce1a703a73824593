"""The enrollment form, part by part."""
