"""Taking data out: leads as the rows of a table, for spreadsheets and programs."""
