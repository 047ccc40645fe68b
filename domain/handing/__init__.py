"""Handing leads out to sellers and shifts, taking them back, and undoing either."""
