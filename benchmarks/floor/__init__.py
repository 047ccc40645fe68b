"""A floor in a box: sellers in processes of their own, and everything that goes on around them, on one database."""
