"""What build.py does, step by step (standard library only)."""
