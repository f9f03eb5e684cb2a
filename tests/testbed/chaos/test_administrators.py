"""The two administrators of a chaos run are a witness: they find out when one undoes the other unseen."""

import pytest

from generation.admin.editing import EditableAdmin
from generation.testbed.chaos.administrators import Administrators
from tests.api.wire import serving
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_who_save_the_same_form_are_told_when_theirs_is_stale_and_lose_nothing():
    with serving() as port:
        two = Administrators(f"http://127.0.0.1:{port}", 5)
        two.begin()
        wait_until("both outcomes", lambda: {"saved", "refused_as_stale"} <= two.done.keys() or two.odd, 40)
        two.finish()
    assert (two.lost(), two.odd) == ([], [])


def test_change_that_is_undone_unseen_is_reported(monkeypatch):
    monkeypatch.setattr(EditableAdmin, "_compare", lambda *_arguments: None)      # any page is as good as a new one
    with serving() as port:
        two = Administrators(f"http://127.0.0.1:{port}", 5)
        two.begin()
        wait_until("something is undone", lambda: two.undone or two.odd, 40)
        two.finish()
    assert two.odd == []
    assert "was saved before it was opened" in two.lost()[0]
