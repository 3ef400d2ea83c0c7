"""Makes the designs and mutants of this folder importable from the rooms below it."""
