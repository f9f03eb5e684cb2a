"""System checks: what would otherwise fail in the middle of somebody's job."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.checks import check_admin_app
from django.core.checks import CheckMessage, Error, Tags, register

from generation.core.schema import lint
from generation.kinds import all_kinds

OURS = "generation"      # the tag of what every command of ours looks at before it begins


@register(OURS)
def schemas_are_strict(**_options: Any) -> list[CheckMessage]:     # Any: the check framework's options
    """Every schema of every kind keeps to the provider's strict-mode limits."""
    return [
        Error(f"{slug}: the {stage} schema is not strict: {problem}", id="generation.E001")
        for slug, kind in all_kinds().items()
        for stage, schema in (
            ("plan", kind.plan_schema), ("unit", kind.unit_schema), ("whole", kind.whole_schema)
        )
        for problem in lint(schema)
    ]


@register(Tags.admin)
def pages_are_sound(app_configs: Any, **_options: Any) -> list[CheckMessage]:     # Any: the check framework's options
    """Django's own check of staff's pages, once they are there: nobody but a server reads them by itself."""
    admin.autodiscover()
    return check_admin_app(app_configs)
