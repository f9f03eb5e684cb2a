"""Everything goes wrong at once, and then the invariants are checked: `manage.py chaos`."""
