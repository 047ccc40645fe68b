"""Finding leads whose status or counters cannot be true, and setting them right."""
