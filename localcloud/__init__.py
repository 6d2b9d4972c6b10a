"""The cloud on this machine: an AWS emulator in a child process, and the template deployed to it.

Refuses to hold domain knowledge: it knows templates, processes and ports, not trades.
"""
