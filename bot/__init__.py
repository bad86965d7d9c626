"""The host: takes messages from adapters, finds an answer, and delivers it once."""
