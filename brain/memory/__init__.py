"""Exchanges to answer from: replies that were written well, found again by what was said."""
