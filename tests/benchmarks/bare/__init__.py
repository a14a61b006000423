"""A bare Wagtail site: what a page costs before we do anything. Measured in the same run as our own pages."""
