"""What the project claims about its accuracy, measured; each module runs as ``python -m benchmarks.NAME``.

No corpus is part of the project: every command takes the path of one.
"""
