"""System checks: what would otherwise fail in the middle of somebody's job."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from generation.core.schema import lint
from generation.kinds import all_kinds


@register()
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
