"""Putting leads back into play, and taking that back."""
