"""`manage.py revoke_tokens`: API tokens open nothing any more, one by one, a user's, or all there are."""

import argparse
from typing import Any

from accounts.models import ApiToken, User
from generation.core.text import counted
from generation.management.cli.base import BadInput, ProductCommand
from generation.services import tokens


class Command(ProductCommand):
    help = "Revoke API tokens: those with the ids, a user's, or all. Without --yes nothing is changed."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--id", type=int, nargs="+", dest="ids", metavar="N", help="their ids, as the log has them")
        which.add_argument("--user", metavar="NAME", help="all of one user")
        which.add_argument("--all", action="store_true", dest="is_all", help="everybody's")
        parser.add_argument("--yes", action="store_true", dest="is_meant", help="do it; it cannot be undone")

    def handle(
        self, *, ids: list[int] | None, user: str | None, is_meant: bool, **_options: Any     # Any: Django's
    ) -> None:
        found = ApiToken.objects.order_by("pk")
        if ids is not None:
            found = found.filter(pk__in=ids)
            if missing := sorted(set(ids) - set(found.values_list("pk", flat=True))):
                raise BadInput(f"There is no API token {', '.join(map(str, missing))}.")
        elif user is not None:
            if not User.objects.filter(username=user).exists():
                raise BadInput(f"There is no user “{user}”.")
            found = found.filter(user__username=user)
        usable = found.filter(revoked_at__isnull=True)
        if not is_meant:
            self.say(f"{counted(usable.count(), 'API token')} would be revoked. Add --yes to do it.")
            return
        self.say(f"{counted(tokens.revoke(usable.iterator(), by=None), 'API token')} revoked.")
