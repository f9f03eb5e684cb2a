"""`manage.py chaos` in its short form, on whichever database the suite runs; and what it refuses."""

import json
import subprocess

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.commands.product import MANAGE, ROOT

pytestmark = [pytest.mark.processes]


def test_short_chaos_breaks_no_invariant(tmp_path):
    """The scratch installation is made beside the database of the settings, whatever that holds."""
    file = tmp_path / "report.json"
    done = subprocess.run(
        [*MANAGE, "chaos", "--short", "--seed", "20", "--json", str(file)], cwd=ROOT, capture_output=True, text=True,
        timeout=420, check=False)
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    assert "No invariant is broken." in done.stdout
    report = json.loads(file.read_text())
    assert (report["is_sound"], report["violations"], report["seed"]) == (True, [], 20)
    assert report["jobs"]["accepted"] >= 30
    assert report["jobs"]["refused"] >= 4
    assert report["ended"].keys() <= {"completed", "partial", "failed", "cancelled"}
    assert report["deaths"] >= 1
    assert report["struck"]["provider_faults"] >= 1
    assert ("PostgreSQL" in report["installation"]) == (connection.vendor == "postgresql")


@pytest.mark.parametrize("options", [{"seed": -1}, {"json": ROOT / "nowhere" / "report.json"}])
def test_nonsense_is_refused_with_a_sentence(options):
    with pytest.raises(CommandError, match="--") as refused:
        call_command("chaos", **options)
    assert refused.value.returncode == 2
