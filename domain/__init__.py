"""Every rule of Dialdeck, a folder per subject. Knows no database engine, no terminal and no clock."""
