"""Discord: servers, their threads, and direct messages."""
