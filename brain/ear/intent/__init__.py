"""What somebody wants: intents learned from a few examples each, with "none of these" among the answers."""

NONE = "oos"
"""The label of rows that are none of the intents (out of scope)."""
