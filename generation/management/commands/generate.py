"""`manage.py generate KIND`: one document from one brief, followed to its end.

Works in this process when no worker lives, and only watches when one does.  However this command ends,
the job stays, and goes on when a worker runs."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

from django.conf import settings

from accounts.models import User
from generation.core.pricing import dollars
from generation.core.text import counted
from generation.kinds import all_kinds
from generation.management.cli import document_files, preflight, progress
from generation.management.cli.base import INTERRUPTED, BadInput, ProductCommand, StopRequests
from generation.management.cli.brief_input import read_brief
from generation.management.cli.local_worker import LocalWorker
from generation.models import Job, Strategy
from generation.services import quotas
from generation.services.errors import Refusal
from generation.services.jobs import submission
from generation.services.jobs.progress import explained
from generation.telemetry import journal

UNSUCCESSFUL = 1


class Command(ProductCommand):
    help = "Generate one document and follow it to its end."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("kind", help=f"one of: {', '.join(all_kinds())}")
        parser.add_argument("--brief", metavar="FILE", help="the brief as a JSON file; - reads it from stdin")
        parser.add_argument(
            "--set", metavar="NAME=VALUE", action="append", default=[], dest="assignments",
            help="a field of the brief; lists with commas, as JSON, or repeated; a.b=… reaches into objects")
        parser.add_argument("--strategy", default=Strategy.PARALLEL.value, help=", ".join(Strategy.values))
        parser.add_argument("--out", metavar="FILE", help="where to write the document; - is stdout")
        parser.add_argument("--format", choices=list(document_files.ENDINGS), default="markdown", dest="format_")
        parser.add_argument(
            "--example", action="store_true", dest="is_example",
            help="only print a brief to start from, with what --set says")
        parser.add_argument("--fresh", action="store_true", help="make it anew, although the cache may have it")
        parser.add_argument(
            "--adapt", metavar="JOB", type=UUID, help="the id of a similar job, whose document becomes the draft")
        parser.add_argument("--user", metavar="NAME", help="for whom; the first administrator unless given")

    def handle(
        self, *, kind: str, brief: str | None, assignments: list[str], strategy: str, out: str | None,
        format_: str, user: str | None, is_example: bool, fresh: bool, adapt: UUID | None,
        **_options: Any,     # Any: Django's
    ) -> None:
        self._to_people: TextIO = sys.stderr if out == "-" else sys.stdout
        kinds = all_kinds()
        if kind not in kinds:
            raise BadInput(f"There is no document kind “{kind}”. Use one of: {', '.join(kinds)}.")
        if is_example:
            example = read_brief(kinds[kind], brief, assignments, start=kinds[kind].example)
            self.say(json.dumps(example, ensure_ascii=False, indent=2))
            return
        content = read_brief(kinds[kind], brief, assignments)
        if out is None:
            preflight.check_local_folder()
        preflight.make_ready()
        person = self._person(user)
        # The progress tells people what happened; lines between it would only tear its bar apart.
        with journal.kept_from_the_process_log(), StopRequests() as stop:
            followed = self._generate(
                stop, user=person, kind=kind, brief=content, strategy=strategy, fresh=fresh, adapt=adapt)
        self._report(followed, out, format_, was_stopped=stop.is_asked)

    # --- before -------------------------------------------------------------------------------

    def _person(self, name: str | None) -> User:
        if name is not None:
            user = User.objects.filter(username=name, is_active=True).first()
            if user is None:
                raise BadInput(f"There is no active user “{name}”.")
            return user
        found = preflight.administrator()
        if found.password is not None:
            self._tell(
                f"An administrator was made: {found.user.username}  {found.password}   (shown only now; a new "
                f"one: python manage.py changepassword {found.user.username})"
            )
        return found.user

    # --- meanwhile ----------------------------------------------------------------------------

    def _generate(self, stop: StopRequests, **request: Any) -> progress.Followed:     # Any: what `submit` takes
        """Submit and follow, working here as long as nobody else does."""
        own: LocalWorker | None = None
        kind = all_kinds()[request["kind"]]
        if not preflight.is_worked_on(kind):
            own = LocalWorker()
            own.begin()
        try:
            submitted = submission.submit(**request)
            job = submitted.job
            self._tell(f"Job {job.public_id}: {job.title}")
            for standing in quotas.own(submitted.standings):
                self._tell(f"  {standing.words}")
            if job.from_cache:
                self._tell("The same was asked for before: it comes from the cache (--fresh makes it anew).")
            if own is not None:
                self._work_here(own, job)

            def work_if_nobody_else_does() -> None:
                """The worker that we watch may die."""
                nonlocal own
                if own is None and not preflight.is_worked_on(kind):
                    own = LocalWorker()
                    self._work_here(own, job)

            with progress.display_on(self._to_people) as display:
                return progress.follow(
                    job, display, is_over=lambda: stop.is_asked, each_second=work_if_nobody_else_does)
        finally:
            if own is not None:
                if stop.is_asked and own.worker.in_flight:
                    grace = f"at most {settings.DRAIN_S:g} s"
                    self._tell(f"Finishing what is in flight, {grace}; Ctrl-C again gives it back at once.")
                own.stop(is_urgent=lambda: stop.is_urgent)

    def _work_here(self, own: LocalWorker, job: Job) -> None:
        if own.is_simulated and not job.route.base_url:
            self._tell("The bundled simulator writes it: neither OPENAI_API_KEY nor OPENAI_BASE_URL is set.")
        own.start()

    # --- after --------------------------------------------------------------------------------

    def _report(self, followed: progress.Followed, out: str | None, format_: str, *, was_stopped: bool) -> None:
        job = Job.objects.select_related("route").get(pk=followed.job.pk)      # draining may have finished it
        if not job.is_terminal and was_stopped:
            self._tell(f"Stopped at {job.percent} %. Job {job.public_id} continues when a worker runs.")
            raise SystemExit(INTERRUPTED)
        if followed.blocked is not None and not job.is_terminal:
            words = followed.blocked.as_json()
            self._tell(f"{words['sentence']} {words['next_step']}", is_error=True)
            self._tell(f"Job {job.public_id} stays and goes on when a worker runs.", is_error=True)
            raise SystemExit(UNSUCCESSFUL)
        self._hand_over(job, out, format_)
        saved = f"; {job.cached_parts} parts from the cache, saved {dollars(job.saved_usd_micros)}"
        calls = f"{counted(job.calls, 'call')}, {dollars(job.cost_usd_micros)}"
        self._tell(f"{job.state}: {calls}{saved if job.cached_parts else ''}")
        if job.state != "completed":
            loss = explained(job) or {"sentence": "It has no document.", "next_step": ""}
            self._tell(f"{loss['sentence']} {loss['next_step']}".strip(), is_error=True)
            raise SystemExit(UNSUCCESSFUL)

    def _hand_over(self, job: Job, out: str | None, format_: str) -> None:
        try:
            if out == "-":
                sys.stdout.write(document_files.rendered(job, format_))
                sys.stdout.flush()
                return
            path = document_files.write(job, Path(out) if out else document_files.own_path(job, format_), format_)
        except Refusal:      # it failed before there was anything to read
            return
        self._tell(f"Document: {path}")

    def _tell(self, sentence: str, *, is_error: bool = False) -> None:
        print(sentence, file=sys.stderr if is_error else self._to_people, flush=True)
