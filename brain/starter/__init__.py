"""What ships: the models Familiar speaks with before it has learned anything here, each with its card."""

from pathlib import Path

VOICE = Path(__file__).parent / "voice"
"""The checkpoint of the starter voice."""
EAR = Path(__file__).parent / "ear"
"""The sentence encoder that everybody reads with."""
