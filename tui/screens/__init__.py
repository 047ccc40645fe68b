"""One screen for each job of a person; no screen knows another, the application leads from one to the next."""
