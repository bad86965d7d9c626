"""The terminal: a conversation with whoever sits at this machine."""
