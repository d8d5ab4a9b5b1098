"""From entries and evidence to pages."""
