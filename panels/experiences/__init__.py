"""How people are heard: telling, moderating, publishing, and taking back at once and wholly."""
