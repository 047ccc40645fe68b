"""Getting files of people and of calls in: reading, mapping, rows, rejects, the import itself and its undo."""
