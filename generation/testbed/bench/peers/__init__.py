"""Other engines that make the same programs with the same provider, beside this one: `manage.py bench engine --peers`.

What they run on stands in files of its own under tests/benchmarks/peers, is installed into a folder of its own below
LOCAL_DIR, and is never imported here: they are processes, and get neither a setting nor a key of this installation."""
