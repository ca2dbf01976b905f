"""What refers to what: decoded code, the graph of references, why bytes are there, and what could be saved.

Loads numpy and a disassembler, so that only what needs a graph imports from here.
"""
