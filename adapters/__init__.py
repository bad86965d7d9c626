"""The platforms Familiar talks on. Each folder holds one adapter; they know the seam of `bot` and nothing of each other."""
