"""The demonstration shop: a real campaign of 45,211 people, made-up names, reserved numbers, a history.

For whoever opens Dialdeck for the first time, and for tests that need a whole shop.
"""
