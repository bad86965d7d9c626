"""The judge: how surely a reply is right for a message, from what the ear made of both."""
