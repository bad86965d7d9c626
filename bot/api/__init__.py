"""The HTTP server: health, and what adapters bring. Imported only where something is served over HTTP."""
