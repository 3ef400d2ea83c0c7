"""The vendor's tools where installed: a folder of `aiec compile` gets its xclbin.

    find.py            which tools there are, of which versions, and what installs a missing one
    command_lines.py   how each generation of aiecc, and Peano, is called
    build_xclbin.py    a build: locked, in a folder of its own, checked, cached, moved in as a whole

The simulator needs none of it.
"""
