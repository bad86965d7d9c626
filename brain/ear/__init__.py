"""The ear: a sentence encoder that reads for everybody."""
