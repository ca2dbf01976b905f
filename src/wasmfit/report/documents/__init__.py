"""What commands print as JSON: records, and how a result becomes one. Those of comparisons, benchmarks and
features stand next to their results in :mod:`wasmfit.analysis`.
"""
