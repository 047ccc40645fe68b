"""What is told about campaigns and sellers: figures that add up, state their base and name their people."""
