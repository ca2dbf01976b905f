"""Whose each byte is: the byte map of a file, and the passes that refine it.

Reads ELF files and link maps; knows nothing of views and of graphs.
"""
