"""`manage.py revoke_tokens`: what it names opens nothing any more, and the logs know which."""

import pytest
from django.core.management import call_command

from accounts.models import create_token, user_of_token
from generation.management.cli.base import BadInput
from generation.models import LogEntry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tokens(ann, bob):
    """Two of ann, one of bob: the rows and their secrets."""
    return [create_token(ann, "laptop"), create_token(ann, "phone"), create_token(bob, "server")]


def usable(tokens) -> list[bool]:
    return [user_of_token(secret) is not None for _row, secret in tokens]


@pytest.mark.parametrize(("which", "left"), [
    (lambda rows: ["--id", str(rows[0].pk), str(rows[2].pk)], [False, True, False]),
    (lambda rows: ["--user", "ann"], [False, False, True]),
    (lambda rows: ["--all"], [False, False, False]),
], ids=["ids", "user", "all"])
def test_those_that_are_named_open_nothing(tokens, which, left):
    call_command("revoke_tokens", *which([row for row, _secret in tokens]), "--yes")
    assert usable(tokens) == left


def test_without_yes_it_only_counts(tokens, capsys):
    call_command("revoke_tokens", "--all")
    assert capsys.readouterr().out == "3 API tokens would be revoked. Add --yes to do it.\n"
    assert usable(tokens) == [True, True, True]


def test_log_names_the_token_and_its_user_by_id_once(tokens, ann, capsys):
    for _ in range(2):
        call_command("revoke_tokens", "--id", str(tokens[0][0].pk), "--yes")
    assert capsys.readouterr().out == "1 API token revoked.\n0 API tokens revoked.\n"
    line = LogEntry.objects.get(code="revoke_token")
    assert line.data == {"token_id": tokens[0][0].pk, "user": ann.pk}


@pytest.mark.parametrize(("arguments", "sentence"), [
    (["--id", "999999"], "There is no API token 999999."), (["--user", "nobody"], "There is no user “nobody”."),
])
def test_unknown_ones_are_one_sentence_and_exit_code_2(tokens, arguments, sentence):
    with pytest.raises(BadInput) as refusal:
        call_command("revoke_tokens", *arguments, "--yes")
    assert (str(refusal.value), refusal.value.returncode) == (sentence, 2)
