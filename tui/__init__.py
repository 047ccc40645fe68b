"""The terminal application: keys in, pictures out."""
