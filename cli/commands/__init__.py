"""The commands, a module for each group; none loads the domain before it is run."""
