"""Familiar's own corpus: the written talks, their checker, and the builder that splits them."""
