"""What is said when no written exchange is likely right: it takes up what a message is about and asks one thing."""
