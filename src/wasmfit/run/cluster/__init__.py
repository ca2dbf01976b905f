"""Cells measured by workers of a Dask cluster.

Shared steps and cells are Dask tasks; Dask places them, moves what steps have made from worker to worker, and
does again elsewhere what was lost with a worker. What is ours: what a task needs of a worker
(:mod:`.resources`), what it does there (:mod:`.tasks`, :mod:`.workshop`), what is told of it (:mod:`.relay`),
and what becomes of the results (:mod:`.crew`). Nothing here is loaded unless a cluster is asked for.
"""
