"""The demonstration's teaching and learners. Everything goes through the same acts as real use."""
