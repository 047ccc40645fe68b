"""Personal data: everything about one person, erased or put together; numbers that must not come back."""
