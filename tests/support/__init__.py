"""What tests share: real databases."""
