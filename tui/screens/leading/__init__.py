"""The screens of those who lead."""
