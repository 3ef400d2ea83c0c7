"""The real NPU through AMD's runtime, XRT, from 2.20 on.

    xrt_device.py   the device: buffers, contexts, submissions
    commands.py     runs and runlists in flight, and how their states are read
    causes.py       what XRT's and the driver's messages mean, and what can be done

Gets the module pyxrt as an argument. Refuses designs of another target, and sequences with more
arguments than the xclbin's kernel takes.
"""
