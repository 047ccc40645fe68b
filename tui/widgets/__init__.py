"""Reusable pieces of screens; none of them asks the database."""
