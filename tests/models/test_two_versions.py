"""Two versions of the program on one database, as during every deployment.

Tables grow first and shrink later: what a new version adds must not disturb the old one, which knows nothing of it."""

import re
from pathlib import Path

import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from generation.models import Attempt, Chunk, Job, LogEntry
from generation.services.jobs import control, submission
from tests.invariants import assert_invariants
from tests.support import PROGRAM, claim_all, work_off

# What was there before anybody had an installation to keep running.
BEFORE_THE_FIRST_RELEASE = {"generation": "0003_default_alert_rules", "accounts": "0002_default_policies"}
# Whose version is installed with all processes stopped: the README tells operators.
README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
DROPS = re.findall(r"`((?:generation|accounts)\.\d{4})`", README.partition("### Upgrade")[2].partition("\n### ")[0])
ADDS = (
    migrations.CreateModel, migrations.AddIndex, migrations.RemoveIndex, migrations.AddConstraint,
    migrations.AlterModelOptions, migrations.AlterModelManagers, migrations.RunPython,
)


@pytest.mark.django_db(transaction=True)
def test_old_version_works_on_beside_columns_and_tables_of_the_next(ann, route):
    tables = [Job, Chunk, Attempt, LogEntry]
    with connection.schema_editor() as editor:
        for model in tables:
            editor.add_field(model, column_of_the_next(model))
    try:
        job = work_off(submission.submit(user=ann, kind="training_program", brief=PROGRAM).job)
        assert job.state == "completed"
        assert_invariants()
    finally:
        with connection.schema_editor() as editor:
            for model in tables:
                editor.remove_field(model, column_of_the_next(model))


def column_of_the_next(model: type[models.Model]) -> models.IntegerField:
    """A column of `model` that this version's models know nothing of."""
    column = models.IntegerField(db_default=7)
    column.set_attributes_from_name("of_the_next_version")
    column.model = model
    return column


@pytest.mark.django_db
@pytest.mark.parametrize("changes", [{"kind": "poem"}, {"kind_revision": 999}], ids=["kind", "revision"])
def test_job_of_the_next_version_waits_for_its_worker_and_can_be_looked_at(job, ann, changes):
    from django.test import Client

    Job.objects.filter(pk=job.pk).update(**changes)
    assert claim_all() == []
    job.refresh_from_db()
    assert job.state == "queued"
    client = Client()
    client.force_login(ann)
    assert client.get(f"/api/v1/jobs/{job.public_id}").json()["state"] == "queued"
    control.cancel(job, by=ann)


def additions_that_disturb(migration: migrations.Migration, before: ProjectState) -> list[str]:
    """Operations after which the version before this migration, whose models `before` has, could not write any more."""
    return [
        operation.describe() for operation in migration.operations
        if not isinstance(operation, ADDS) and not _is_harmless_field(operation) and not _is_wider(operation)
        and not _is_of_python(operation, migration.app_label, before)
    ]


def _is_harmless_field(operation: object) -> bool:
    """A column that rows may be inserted without."""
    if not isinstance(operation, migrations.AddField):
        return False
    field = operation.field
    return field.null or field.has_db_default() or field.many_to_many


def _is_wider(operation: object) -> bool:
    """`AlterField` to what takes everything that the column took before, as far as that can be seen here."""
    return isinstance(operation, migrations.AlterField) and operation.field.null


def _is_of_python(operation: object, app: str, before: ProjectState) -> bool:
    """`AlterField` of words, and of what Python fills in; a new choice the version before could not read."""
    if not isinstance(operation, migrations.AlterField):
        return False
    old = before.models[app, operation.model_name_lower].get_field(operation.name)

    def column(field: models.Field) -> tuple[object, ...]:
        _name, path, arguments, options = field.deconstruct()
        kept = {name: value for name, value in options.items() if name not in {*field.non_db_attrs, "default"}}
        return path, arguments, kept, {value for value, _words in field.flatchoices}

    return column(old) == column(operation.field)


def test_every_migration_leaves_the_version_before_it_at_work():
    """Others need three steps (add, move, drop), and a line here that says when the last old process ended."""
    loader = MigrationLoader(None)
    migrations_here = loader.disk_migrations
    assert set(BEFORE_THE_FIRST_RELEASE.items()) <= migrations_here.keys()
    disturbing = {
        f"{app}.{name}": found for (app, name), migration in migrations_here.items()
        if app in BEFORE_THE_FIRST_RELEASE and name > BEFORE_THE_FIRST_RELEASE[app]
        and (found := additions_that_disturb(migration, loader.project_state((app, name), at_end=False)))
    }
    assert sorted(name.partition("_")[0] for name in disturbing) == sorted(set(DROPS)), disturbing


@pytest.mark.parametrize(("operation", "disturbs"), [
    (migrations.AddField("job", "x", models.IntegerField(default=0)), True),
    (migrations.AddField("job", "x", models.IntegerField(db_default=0)), False),
    (migrations.AddField("job", "x", models.IntegerField(null=True)), False),
    (migrations.RemoveField("job", "title"), True),
    (migrations.RenameField("job", "title", "name"), True),
    (migrations.AlterField("job", "title", models.CharField(max_length=10)), True),
    (migrations.AlterField("job", "title", models.CharField("name", max_length=200, help_text="Its name.")), False),
    (migrations.RemoveConstraint("job", "x"), True),
    (migrations.DeleteModel("job"), True),
], ids=lambda value: value.describe() if isinstance(value, migrations.operations.base.Operation) else "")
def test_the_rule_sees_what_disturbs(operation, disturbs):
    migration = migrations.Migration("0009", "generation")
    migration.operations = [operation]
    assert bool(additions_that_disturb(migration, MigrationLoader(None).project_state())) == disturbs
