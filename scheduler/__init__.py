"""The background jobs: what runs when, who runs it, and the record of runs."""
