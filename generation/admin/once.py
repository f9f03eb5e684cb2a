"""What is sent twice is taken once: forms and buttons carry a mark of their page, and are known by all they send."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.crypto import salted_hmac

from generation.admin.records import person
from generation.models import SentForm
from generation.services import sent_forms

TWICE = "This form was sent before, and was taken once: nothing was done a second time."
SHOWN_ONCE = "The secret was shown once, in the answer to the first; if you did not see it, make another."


LONGEST_ADDRESS = 300


@dataclass
class Sending:
    """A button on its way in: what came of it `before`, if it was sent before; its view says whether it `is_done`."""

    before: SentForm | None
    is_done: bool = False


@contextmanager
def sending(request: HttpRequest, *, leads_to: str, is_shown_once: bool = False) -> Iterator[Sending]:
    """Take what `request` sends, once; what came to nothing may be sent again."""
    key = key_of(request)
    address = leads_to if len(leads_to) <= LONGEST_ADDRESS else request.path
    sent = Sending(sent_forms.spend(key, leads_to=address, is_shown_once=is_shown_once))
    try:
        yield sent
    finally:
        if sent.before is None and not sent.is_done:
            sent_forms.give_back(key)


def key_of(request: HttpRequest) -> str:
    """One for the same person, page and content.  Who goes back and types something else sends another form."""
    sent = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    digest = salted_hmac("generation.admin.editing", repr((person(request).pk, request.path, sent)), algorithm="sha256")
    return digest.hexdigest()


def as_before(request: HttpRequest, before: SentForm) -> HttpResponse:
    messages.info(request, f"{TWICE} {SHOWN_ONCE}" if before.was_shown_once else TWICE)
    return HttpResponseRedirect(before.led_to)
