"""`manage.py up`: the whole product in one process tree, from an empty folder to a page to sign in at."""

import argparse
import sys
import threading
from typing import Any

from django.conf import settings
from django.db import connection
from django.urls import NoReverseMatch, reverse
from rich.console import Console

from generation.core.text import counted
from generation.kinds import get_kind
from generation.management.cli import document_files, preflight, progress, web_server
from generation.management.cli.base import BadInput, ProductCommand, StopRequests
from generation.management.cli.local_worker import LocalWorker
from generation.models import Job, Route
from generation.services.errors import Refusal
from generation.services.jobs import submission

DEMONSTRATION = "training_program"
DEMONSTRATION_WEEKS = 12
READABLE = frozenset({"completed", "partial"})
DOCS = "/api/v1/docs"


class Command(ProductCommand):
    help = "Run everything in one process tree: database, worker, web server, and a simulator as provider."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port; 0 takes a free one (8000)")
        parser.add_argument("--demo", action="store_true", help="generate a demonstration 12-week program")
        parser.add_argument(
            "--exit", action="store_true", dest="ends",
            help="end after the demonstration; exit code 0 only if it completed")

    def handle(
        self, *, host: str, port: int, demo: bool, ends: bool, **options: Any     # Any: Django's
    ) -> None:
        if ends and not demo:
            raise BadInput("--exit ends after the demonstration: use it together with --demo.")
        if settings.IS_PRODUCTION:
            raise BadInput(
                "`up` is for one machine; with APP_ENV=production run web and worker as config/deploy shows."
            )
        preflight.check_local_folder()
        self._console = Console(highlight=False)
        self._local = LocalWorker()
        self._has_completed = False
        with web_server.listen(host, port) as listening, StopRequests(self._stop_requested) as self._stop:
            self._address = web_server.address_of(listening)
            if not settings.HAS_PUBLIC_URL:      # links in alerts and webhooks lead here, whatever the port
                settings.PUBLIC_URL = self._address
            self._server = web_server.Server(lambda: self._started(demo, ends))
            try:
                if not options["skip_checks"]:
                    self.check()      # all of them, because it serves; bad input was refused before
                self._local.begin()
                self._prepare()
                self._local.start()
                if not self._stop.is_asked:
                    self._server.run(sockets=[listening])
            finally:
                self._wind_up()
        if ends and not self._has_completed:
            raise SystemExit(1)

    # --- start --------------------------------------------------------------------------------

    def _prepare(self) -> None:
        preflight.reach_database()
        applied = preflight.migrate()
        self._administrator = preflight.administrator()
        self._elsewhere = [f"{route} at {route.base_url}" for route in Route.objects.enabled() if route.base_url]
        name = preflight.database_name()
        self._database = f"{name} ({applied} migrations applied)" if applied else name

    def _started(self, demo: bool, ends: bool) -> None:
        """The server listens: say where, and begin the demonstration."""
        self._fact("Database", self._database)
        self._fact("Provider", self._provider_line())
        if not self._local.hears_doorbell:
            self._fact("Broker", "cannot be reached; work goes on without it, a little later each time")
        self._fact("Admin", f"{self._address}/admin/")
        self._fact("API docs", f"{self._address}{DOCS}")
        name, password = self._administrator.user.username, self._administrator.password
        change = f"python manage.py changepassword {name}"
        if password is not None:
            self._fact("Sign in", f"{name}  {password}   (shown only now; a new one: {change})")
        else:
            self._fact("Sign in", f"{name}   (the account exists; a new password: {change})")
        if demo:
            threading.Thread(target=self._demonstrate, args=(ends,), name="demonstration", daemon=True).start()
        else:
            self._fact("", "Ctrl-C stops.")

    def _provider_line(self) -> str:
        if self._local.is_simulated:
            why = "neither OPENAI_API_KEY nor OPENAI_BASE_URL is set"
            own = f"{', '.join(self._elsewhere)}; for other routes " if self._elsewhere else ""
            return f"{own}the bundled simulator, for rehearsal only: {why}"
        return f"{settings.OPENAI_BASE_URL or 'OpenAI'}: calls are billed to your account there"

    # --- the demonstration --------------------------------------------------------------------

    def _demonstrate(self, ends: bool) -> None:
        """Runs in a thread of its own beside the server."""
        try:
            kind = get_kind(DEMONSTRATION)
            brief = {**kind.example, "weeks": DEMONSTRATION_WEEKS}
            # Fresh: a document from the cache is nothing to watch.
            job = submission.submit(user=self._administrator.user, kind=kind.slug, brief=brief, fresh=True).job
            self._print(f"\nA demonstration: {job.title}", style="bold")
            with progress.display_on(sys.stdout) as display:
                followed = progress.follow(job, display, is_over=lambda: self._stop.is_asked)
            self._report(followed)
        except (Refusal, BadInput) as problem:
            self._print(f"The demonstration failed: {problem}", style="red")
        finally:
            connection.close()
            if ends:
                self._server.should_exit = True
            elif not self._stop.is_asked:
                self._print("\nServing until Ctrl-C.")

    def _report(self, followed: progress.Followed) -> None:
        job = followed.job
        self._has_completed = job.state == "completed"
        self._print()
        if job.state in READABLE:
            self._fact("Document", str(document_files.write(job, document_files.own_path(job))))
        self._fact("Job", f"{self._address}{_admin_page(job)}")
        if followed.blocked is not None:
            explanation = followed.blocked.as_json()
            self._fact("Waiting", f"{explanation['sentence']} {explanation['next_step']}")
        elif job.explanation is not None:
            self._fact("Reason", f"{job.explanation.sentence} {job.explanation.next_step}")

    # --- end ----------------------------------------------------------------------------------

    def _stop_requested(self) -> None:
        """In the signal handler: plain assignments only."""
        self._server.should_exit = True
        self._local.worker.stop_claiming()

    def _wind_up(self) -> None:
        waiting_for = self._local.worker.in_flight
        if waiting_for:
            grace = f"at most {settings.DRAIN_S:g} s"
            self._print(f"\nFinishing {counted(waiting_for, 'call')}, {grace}; Ctrl-C again gives them back at once.")
        given_back = self._local.stop(is_urgent=lambda: self._stop.is_urgent)
        if given_back:
            self._print(f"{given_back} given back; they go on at the next start.")

    def _print(self, text: str = "", style: str = "") -> None:
        self._console.print(text, style=style, markup=False, soft_wrap=True)
        self._console.file.flush()

    def _fact(self, name: str, text: str) -> None:
        self._print(f"  {name:<10} {text}")


def _admin_page(job: Job) -> str:
    try:
        return reverse("admin:generation_job_change", args=[job.pk])
    except NoReverseMatch:
        return reverse("admin:index")
