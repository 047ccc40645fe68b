"""Campaigns, their lead lists, calling hours and retry rules."""
