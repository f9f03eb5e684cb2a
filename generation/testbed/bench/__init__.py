"""Measurements, as ratios of things that ran side by side: `manage.py bench`."""
