"""`manage.py erase_user USERNAME`: erase what a user said everywhere, and keep what it cost."""

import argparse
from typing import Any

from accounts.models import User
from generation.management.cli.base import BadInput, ProductCommand
from generation.services.maintenance import erasure


class Command(ProductCommand):
    help = (
        "Erase all texts of a user: briefs, documents, replies, log lines, tokens, sessions. What they did cost "
        "stays. Without --yes nothing is changed."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("username", nargs="?")
        parser.add_argument("--id", type=int, metavar="N", help="instead of the name: the user's id, as the log has it")
        parser.add_argument("--yes", action="store_true", dest="is_meant", help="do it; it cannot be undone")
        parser.add_argument(
            "--keep-account", action="store_true", help="leave name and sign-in; without it the account is nameless")

    def handle(
        self, *, username: str | None, id: int | None, is_meant: bool, keep_account: bool,
        **_options: Any     # Any: Django's
    ) -> None:
        if (username is None) == (id is None):
            raise BadInput("Name the user, or give their --id.")
        user = User.objects.filter(**({"username": username} if id is None else {"pk": id})).first()
        if user is None:
            raise BadInput(f"There is no user {id}." if username is None else f"There is no user “{username}”.")
        if not is_meant:
            erasure.check(user, by=None)
            self._tell(erasure.preview(user))
            self.say("Nothing was changed. Add --yes to erase this; it cannot be undone.")
            return
        self._tell(erasure.erase_user(user, by=None, keep_account=keep_account))
        called = f"is now called erased-{user.pk}"
        account = f"The account {user.username} stays." if keep_account else f"The account {called}."
        self.say(f"Erased. {account} What the documents did cost is unchanged.")

    def _tell(self, steps: list[erasure.Erased]) -> None:
        for step in steps:
            self.say(f"  {'all' if step.rows is None else step.rows:>7}  {step.label}")
