"""Why rows are low: the rows and the scorers that speak for their labels and against them."""
