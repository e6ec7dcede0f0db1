"""Whether two persons are one human: how far they agree, what that is worth, who is worth comparing."""
