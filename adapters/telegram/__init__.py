"""Telegram: private chats, groups, channels and forum topics, over the Bot API."""
