"""The bridge between judge and worker: values cross it, objects never do.

`wire` and `server` run in the worker too, and import nothing of the project but each other.
"""
