"""Crisis: who is in danger, as far as words tell, and the written answers that point to help."""
