"""How a fitted estimator shows its values: dataframes, summaries and reports."""
