"""What is sold: products, and the sales that calls lead to."""
