"""The audit log: who signed in, what was refused, what administrators did."""
