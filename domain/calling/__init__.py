"""The calling queue: leads, hopper, claims, outcomes, undo, callbacks, and what a seller sees."""
