"""Users, their roles and rights, and what they are doing."""
