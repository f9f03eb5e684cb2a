"""Everything goes wrong at once, and then the books are checked: `manage.py chaos`."""
