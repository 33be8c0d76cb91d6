"""Chaos: worker processes move money over one store, while the world breaks around them, and a judge counts.

`python -m connectkit.testing.chaos --store sqlite --workers 8 --operations 2000 --kills 40 --seed 1 --json`

Whatever happens, each intended effect has to exist exactly once at the simulator, and the journal has to agree with it
row by row.
"""
