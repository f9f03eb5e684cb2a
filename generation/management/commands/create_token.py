"""`manage.py create_token USERNAME --name NAME`: an API token, whose secret is printed once."""

import argparse
import datetime as dt
import sys
from typing import Any

from accounts.models import ApiToken, User, create_token
from generation.core.text import cleaned
from generation.management.cli.base import BadInput, ProductCommand
from generation.models import clock

LONGEST_DAYS = 3_650


class Command(ProductCommand):
    help = "Create an API token for a user and print its secret, which nothing can show again."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--name", required=True, help="where it is used, so that it can be told apart")
        parser.add_argument("--days", type=int, help="how long it lasts; without an end unless given")

    def handle(
        self, *, username: str, name: str, days: int | None, **_options: Any     # Any: Django's
    ) -> None:
        longest = ApiToken._meta.get_field("name").max_length or 0
        name = cleaned(name)
        if not name or not name.isprintable() or len(name) > longest:
            raise BadInput(f"--name: use 1 to {longest} printable characters.")
        if days is not None and not 1 <= days <= LONGEST_DAYS:
            raise BadInput(f"--days: use 1 to {LONGEST_DAYS:,}.")
        user = User.objects.filter(username=username).first()
        if user is None:
            raise BadInput(f"There is no user “{username}”.")
        if not user.is_active:
            raise BadInput(f"The user “{username}” is not active, so a token would open nothing.")
        expires_at = None if days is None else clock.now() + dt.timedelta(days=days)
        _token, secret = create_token(user, name, expires_at=expires_at)
        self.say(secret)
        until = "" if expires_at is None else f" until {expires_at:%Y-%m-%d %H:%M} UTC"
        # On stderr, so that the secret alone can be piped.
        print(
            f"Shown only now. Send it as `Authorization: Bearer …`; it acts as {username}{until}.",
            file=sys.stderr,
        )
