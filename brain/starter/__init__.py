"""What ships: the models Familiar speaks with before it has learned anything here, each with its card."""

from pathlib import Path

VOICE = Path(__file__).parent / "voice"
"""The checkpoint of the starter voice."""
MEMORY = Path(__file__).parent / "memory"
"""The corpus as a memory: its exchanges and their vectors."""
JUDGE = Path(__file__).parent / "judge"
FALLBACK = Path(__file__).parent / "fallback"
CRISIS = Path(__file__).parent / "crisis"
EMOTION = Path(__file__).parent / "emotion"
"""The head that hears emotions, fitted to the train rows of GoEmotions."""
EAR = Path(__file__).parent / "ear"
"""The sentence encoder that everybody reads with."""
BESIDE_THE_VOICE = (EAR, MEMORY, JUDGE, FALLBACK, CRISIS)
"""What every voice speaks with."""
