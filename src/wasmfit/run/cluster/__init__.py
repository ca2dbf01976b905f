"""Jobs done by workers of a Dask cluster.

Steps and jobs are Dask tasks; Dask places them, moves what steps have made from worker to worker, and does
again elsewhere what was lost with a worker. What is ours: what a task requires of a worker
(:mod:`.resources`), what it does there (:mod:`.tasks`, :mod:`.plugin`), which events are forwarded
(:mod:`.forwarder`), and what becomes of the results (:mod:`.executor`, :mod:`.session`). Nothing here is
loaded unless a cluster is asked for.
"""
