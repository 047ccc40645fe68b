"""Changing many leads at once: chosen, shown beforehand, done in chunks, taken back."""
