"""`manage.py add_local_route URL`: a model server of one's own, asked what it has and made the first choice."""

import argparse
from typing import Any

from generation.core.dialects import TITLES
from generation.core.text import counted
from generation.llm.local_server import KINDS, NoLocalModel
from generation.management.cli import preflight
from generation.management.cli.base import BadInput, ProductCommand
from generation.services.routing import local_routes


class Command(ProductCommand):
    help = "Make a route to a model server on your own machines, as it describes itself, and use it first."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("url", metavar="URL", help="where it listens, such as http://127.0.0.1:8080")
        parser.add_argument("--model", default="", help="which of its models, if it has several")
        parser.add_argument(
            "--key", default="", metavar="NAME", help="SECOND stands for the key in PROVIDER_KEY_SECOND")
        parser.add_argument("--slug", default="", help="the route's name; without it one like the model's")
        parser.add_argument(
            "--kind", default="auto", choices=KINDS, help="what the server is; auto finds out")
        parser.add_argument(
            "--keep-default", action="store_true",
            help="give a new route no documents yet (a weight of 0, which the admin can change)")

    def handle(
        self, *, url: str, model: str, key: str, slug: str, kind: str, keep_default: bool,
        **_options: Any     # Any: Django's
    ) -> None:
        preflight.make_ready()
        try:
            added = local_routes.add(
                url, key_name=key, model=model, slug=slug, dialect=KINDS[kind], is_default=not keep_default)
        except NoLocalModel as problem:
            raise BadInput(str(problem)) from problem
        server, route = added.server, added.route
        self.say(f"Found {server.model} at {server.base_url}: {local_routes.described(server)}.")
        for sentence in local_routes.assumptions(server):
            self.say(f"! {sentence}")
        self.say(
            f"The route {route} is {'made' if added.is_new else 'up to date'}: {TITLES[route.spoken]}, free of charge, "
            f"replies of at most {route.longest_reply:,} tokens, {counted(route.max_in_flight, 'call')} at once, "
            f"{route.patience_s:,.0f} s for each.")
        if added.makes:
            self.say(f"New documents are made with it: {', '.join(added.makes)}.")
        else:
            self.say("No new document is made with it as it stands.")
        for warning in added.warnings:
            self.say(f"! {warning}")
        self.say("Next, one real call that is judged: python manage.py verify_setup --call")
