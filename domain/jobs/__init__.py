"""The record of background jobs: when each is due, who runs it, how its runs ended."""
