"""The platforms Familiar talks on: a folder each, knowing the seam of `bot` and nothing of each other."""
