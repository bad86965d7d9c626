"""From all-MiniLM-L6-v2 and data to an ear: `python -m brain train-ear CONFIG.toml`."""
