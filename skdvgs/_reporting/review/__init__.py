"""Reviews: what people decided about rows, read from a file and carried out."""
