"""Nobody is offered what they may not do: every link and every button of every page that somebody comes to is theirs.

rita reviews, adam administers, stu is a student with staff rights: may ask, and look at jobs and their parts."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from generation.admin import rehearsals as rehearsal_pages
from generation.models import Route
from generation.services.routing import route_health

ADMIN = reverse("admin:index")
LEFT_ALONE = (reverse("admin:logout"), reverse("admin:jsi18n"))


@dataclass
class Form:
    page: str
    address: str
    is_posted: bool
    has_button: bool = False
    fields: list[tuple[str, str]] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)      # what may be chosen of what, as actions


class Reader(HTMLParser):
    """The links and forms of a page."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.links, self.forms = address, [], []
        self._select, self._inside, self._named = "", None, {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in found:
            self.links.append(urldefrag(urljoin(self.address, found["href"]))[0])
        elif tag == "form":
            is_posted = found.get("method", "get").lower() == "post"
            self._inside = Form(self.address, urljoin(self.address, found.get("action", "")), is_posted)
            self._named[found.get("id")] = self._inside
            self.forms.append(self._inside)
        elif tag in {"button", "input"} and found.get("type", "submit" if tag == "button" else "") == "submit":
            if one := self._named.get(found["form"]) if "form" in found else self._inside:
                one.has_button = True
        elif self._inside and tag in {"input", "textarea"} and "name" in found:
            if found.get("type") not in {"checkbox", "radio"} or found["name"] == ACTION_CHECKBOX_NAME:
                self._inside.fields.append((found["name"], found.get("value", "")))
        elif tag == "select":
            self._select = found.get("name", "")
        elif self._inside and tag == "option" and self._select:
            self._inside.choices.append((self._select, found.get("value", "")))


    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None


def shape(address: str) -> str:
    """Pages that differ in their row or order alone are looked at a few times, not for each row."""
    parts = urlsplit(address)
    path = "/".join("#" if part.isdecimal() else part for part in parts.path.split("/"))
    return f"{path}?{'&'.join(sorted(parse_qs(parts.query)))}"


def walk(client: Client, *, most_alike: int = 2) -> tuple[dict[str, int], list[Form], dict[str, str]]:
    """From the first page over all links: the status of each page, the forms on them, and where each was found."""
    waiting, came_from = deque([ADMIN]), {ADMIN: ""}
    statuses: dict[str, int] = {}
    alike: dict[str, int] = {}
    forms: list[Form] = []
    while waiting:
        address = waiting.popleft()
        response = client.get(address, follow=True)
        statuses[address] = response.status_code
        if response.status_code != 200 or "text/html" not in response["Content-Type"] or response.streaming:
            continue
        reader = Reader(address)
        reader.feed(response.content.decode())
        forms += [one for one in reader.forms if one.is_posted and one.has_button and one.address not in LEFT_ALONE]
        for link in reader.links:
            if not link.startswith(ADMIN) or link.startswith(LEFT_ALONE) or link in came_from:
                continue
            if urlsplit(link).path == urlsplit(address).path:
                continue      # the same list, narrowed
            alike[shape(link)] = alike.get(shape(link), 0) + 1
            if alike[shape(link)] <= most_alike:
                came_from[link] = address
                waiting.append(link)
    return statuses, forms, came_from


def is_offered(client: Client, form: Form) -> bool:
    """Also now: what was pressed meanwhile may have taken a button away."""
    reader = Reader(form.page)
    reader.feed(client.get(form.page, follow=True).content.decode())
    return any(one.address == form.address and one.has_button for one in reader.forms)


def pressed(forms: list[Form]) -> Iterator[tuple[Form, dict[str, list[str]]]]:
    """What each button of the forms would send; of a list, each of its actions on its first row."""
    seen = set()
    for form in forms:
        sent: dict[str, list[str]] = {}
        for name, value in form.fields:
            sent.setdefault(name, []).append(value)
        if ACTION_CHECKBOX_NAME in sent:
            sent[ACTION_CHECKBOX_NAME] = sent[ACTION_CHECKBOX_NAME][:1]
        for action in [value for name, value in form.choices if name == "action" and value] or [""]:
            data = {**sent, **({"action": [action]} if action else {})}
            if (key := (form.address, action)) not in seen:
                seen.add(key)
                yield form, data


@pytest.fixture
def stu(db: None) -> User:
    person = User.objects.create_user("stu", password="correct-horse", role=Role.STUDENT, is_staff=True)
    person.user_permissions.set(Permission.objects.filter(
        content_type__app_label="generation", codename__in=["add_job", "view_job", "view_chunk"]))
    return person


@pytest.fixture
def everywhere(rows: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is something of everything, also of what is wrong: a paused route, failures, an open alert."""
    route = Route.objects.get()
    route_health.hold(route, by=None, because="exam week")
    monkeypatch.setattr(rehearsal_pages, "launch", lambda row: None)


@pytest.mark.parametrize("name", ["rita", "stu", "adam", "vera"])
def test_every_link_and_button_is_for_whom_it_is_shown_to(name, everywhere, request, client_of):
    client = client_of(request.getfixturevalue(name))

    statuses, forms, came_from = walk(client)

    assert {(came_from[one], one): status for one, status in statuses.items() if status >= 400} == {}
    assert len(statuses) > 10
    refused = [
        (form.address, data) for form, data in pressed(forms)
        if client.post(form.address, data).status_code == 403 and is_offered(client, form)
    ]
    assert refused == []
