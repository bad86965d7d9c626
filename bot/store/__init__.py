"""What must last: events until they are answered, replies until they are delivered, and what was said."""
