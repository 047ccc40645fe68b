"""The demonstration shop: a real campaign of 45,211 people with made-up names, reserved numbers and a history.

For whoever opens Dialdeck for the first time, and for tests that need a whole shop.
"""
