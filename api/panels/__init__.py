"""Panels, and everything that happens around them: campaigns, applications, offers, memberships and meetings."""
