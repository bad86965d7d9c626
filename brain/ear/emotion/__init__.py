"""How somebody feels, as their words show it."""
