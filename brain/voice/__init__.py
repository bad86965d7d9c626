"""The sequence-to-sequence network with attention: its parts, the network, and how replies are drawn from it."""
