"""A floor of sellers while faults strike: afterwards no rule is broken, nothing told is lost, everybody works again."""
