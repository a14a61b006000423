"""The demonstration's panels and people. Everything that changes a state goes through the same acts as real use."""
