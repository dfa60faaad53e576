"""What a reconstruction costs: seconds and memory of every stage, measured on the real pipeline."""
