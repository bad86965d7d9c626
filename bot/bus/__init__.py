"""Tells whoever listens what has happened."""
