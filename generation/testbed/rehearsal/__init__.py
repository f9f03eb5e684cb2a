"""An outage, before real users meet one: `manage.py rehearse`."""
