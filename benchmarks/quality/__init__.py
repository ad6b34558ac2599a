"""How good values are on data as people have them."""
