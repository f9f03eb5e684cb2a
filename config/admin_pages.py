"""Django's admin without its habit of reading every page at every start."""

from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_dependencies
from django.core.checks import Tags, register


class AdminPages(SimpleAdminConfig):
    """Pages are read by `config.urls`, for whoever serves, and by `generation.checks`, which checks them, once."""

    def ready(self) -> None:
        register(check_dependencies, Tags.admin)
