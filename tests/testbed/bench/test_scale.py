"""The benchmark of full tables in its shortest form: that it fills them, and measures everything."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from generation.testbed.installation.scratch_database import database_url

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "scale.py"
pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def test_short_benchmark_of_scale_prints_a_row_for_everything(monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("fills PostgreSQL")
    monkeypatch.setenv("DATABASE_URL", database_url())
    options = ["--jobs", "200", "--waiting", "1100", "--claimers", "2", "--rounds", "1", "--rest-s", "0"]
    ran = subprocess.run([sys.executable, str(SCRIPT), *options], capture_output=True, text=True, check=True)
    rows = {line[:44].strip() for line in ran.stdout.splitlines()}
    assert rows >= {"claim of 4 parts", "part settled", "sweep", "metrics", "limits of a user", "admin: jobs"}
