"""The library: what the commands do, returning typed records.

``wasmfit`` offers its functions; each module here is loaded when one of its functions is asked for.
"""
