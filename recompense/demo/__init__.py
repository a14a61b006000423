"""The demonstration's claims, through the same acts as real use."""
