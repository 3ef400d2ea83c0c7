"""From the text onto the array: what a device's configuration says, checked and put in place.

plain_values, placement, parameters    operations as plain values; numbers that the text leaves out
bd_chains, fifo_plan, fifo_place       passes over the text
legality, flows, switchboxes           what may be said; where streams lead
descriptors, fifo_build, core          descriptors, ObjectFifos and core programs
elaborate, image                       a whole device, and loading it
"""
