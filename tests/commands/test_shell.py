"""What the README and a help text say to type does what they say, in plain `sh` and with what Debian has."""

import re
import shutil
import sys

import pytest

from generation.simulator.settings import EXAMPLE
from tests.commands.product import ROOT

pytestmark = [
    pytest.mark.processes, pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed"),
]

README = (ROOT / "README.md").read_text(encoding="utf-8")
INTERPRETER = ".venv/bin/python"


def block(mark: str) -> str:
    found = re.search(rf"<!-- {mark} -->\n```bash\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found[1]


def test_sequence_of_the_readme_asks_watches_reads_and_has_a_week_written_anew(quick):
    address = quick.serve().address
    script = block("sh-sequence").replace("http://127.0.0.1:8000", address).replace(INTERPRETER, sys.executable)
    done = quick.shell(script)
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stderr
    assert "training_program" in done.stdout and "event: end" in done.stdout
    assert "## Week 12" in done.stdout
    assert quick.rows("SELECT count(*) FROM generation_unitversion") == [(1,)]


def test_fault_script_of_the_simulator_s_help_bites_and_the_product_gets_over_it(fresh, tmp_path):
    """The port is a free one; everything else is typed as it stands there."""
    write, _python, rest = EXAMPLE.partition("  python manage.py simulator")
    heredoc = "\n".join(line.removeprefix("  ") for line in write.splitlines()[2:])
    assert fresh.shell(f"cd {tmp_path}\n{heredoc}\n").returncode == 0
    options = rest.splitlines()[0].replace("9000", "0").replace("@", f"@{tmp_path}/").split()
    running = fresh.start("simulator", *options).wait_for("simulator ready at ")
    url = re.search(r"ready at (http://\S+)", running.output)[1]
    assert re.search(r"OPENAI_BASE_URL=http://127.0.0.1:9000/v1 python manage.py up --demo$", EXAMPLE, re.MULTILINE)
    up = fresh.start("up", "--demo", "--exit", "--port", "0", OPENAI_BASE_URL=url)
    assert up.wait(120) == 0, up.output
    codes = {row[0] for row in fresh.rows("SELECT code FROM generation_attempt")}
    assert {"rate_limited", "ok"} <= codes
