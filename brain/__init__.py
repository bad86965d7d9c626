"""The network and all that makes it: a library of its own that knows no chat platform and no database."""
