"""What every room may use: types, files, threads, seeds, progress and optional imports."""
