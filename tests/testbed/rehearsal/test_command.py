"""`manage.py rehearse`: a real one in its smallest form, as the admin starts it; a cancelled one leaves nothing."""

import subprocess
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from generation.models import Job, Rehearsal
from generation.services import rehearsals
from generation.testbed.installation.scratch_database import database_url
from generation.testbed.rehearsal.scenarios import ALL
from tests.commands.product import MANAGE, ROOT, clean_environment
from tests.waiting import wait_until


def attend(row: Rehearsal, folder: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [*MANAGE, "rehearse", "--row", str(row.pk)], cwd=ROOT,
        env=clean_environment(DATABASE_URL=database_url(), LOCAL_DIR=str(folder)),
    )


def leftovers(folder: Path) -> list[object]:
    if connection.vendor == "sqlite":
        return list(folder.glob("*_scratch_*"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{connection.settings_dict['NAME']}_scratch%"])
        return cursor.fetchall()


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_rehearsal_of_the_admin_writes_its_report_and_touches_nothing_else(job, tmp_path):
    row = rehearsals.begin(scenario="truncation", users=2, jobs=3, seed=1, by=None)
    assert attend(row, tmp_path).wait(200) == 0
    row.refresh_from_db()
    assert (row.state, row.problem) == ("done", "")
    assert row.report["asked"] == row.report["accepted"] == 3
    assert row.report["completed"] + row.report["partial"] + row.report["failed"] == 3
    assert row.report["violations"] == []
    assert list(Job.objects.values_list("pk", "state")) == [(job.pk, "queued")]
    assert leftovers(tmp_path) == []


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_cancelled_rehearsal_leaves_nothing_behind(tmp_path):
    row = rehearsals.begin(scenario="provider_down", users=2, jobs=3, seed=1, by=None)
    process = attend(row, tmp_path)
    wait_until("it says how far it is", lambda: Rehearsal.objects.get(pk=row.pk).progress != "starting", 60)
    rehearsals.cancel(row, by=None)
    assert process.wait(90) == 0
    row.refresh_from_db()
    assert (row.state, row.report) == ("cancelled", {})
    assert leftovers(tmp_path) == []


def test_list_names_every_scenario(capsys):
    call_command("rehearse", "--list")
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(ALL)
    assert ALL.keys() == rehearsals.SCENARIOS.keys()


@pytest.mark.parametrize(("arguments", "words"), [
    ([], "Name a scenario"), (["meteorite"], "Name a scenario"), (["truncation", "--users", "0"], "--users takes"),
    (["truncation", "--jobs", "9999"], "--jobs 1 to"), (["truncation", "--seed", "-1"], "--seed takes"),
    (["truncation", "--json", "/nowhere/at/all.json"], "no folder"),
])
def test_nonsense_is_refused_with_a_sentence(arguments, words):
    with pytest.raises(CommandError, match=words) as refused:
        call_command("rehearse", *arguments)
    assert refused.value.returncode == 2


def test_redis_is_not_lost_where_there_is_none():
    if connection.vendor == "postgresql":
        pytest.skip("here there is one")
    with pytest.raises(CommandError, match="needs PostgreSQL"):
        call_command("rehearse", "redis_lost")
