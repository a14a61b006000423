"""The pages of the public site that no other app owns."""
