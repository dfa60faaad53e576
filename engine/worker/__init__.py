"""The engine as a process of its own: requests come in on stdin, replies go out on stdout, one JSON object per line."""
