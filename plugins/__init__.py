"""The skills that come with Familiar, through the same door as anybody's."""
