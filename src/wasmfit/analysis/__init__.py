"""What follows from measurements: comparisons, benchmarks, changes, budgets, histories and rankings."""
