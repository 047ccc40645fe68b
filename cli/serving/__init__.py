"""The application in a browser: who is let in, and a process for every tab."""
