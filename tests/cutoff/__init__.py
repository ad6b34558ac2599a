"""Out-of-sample scores: each against brute force, and none that knows its own row's label."""
