"""People and companies that can be called, their numbers, and the do-not-call register."""
