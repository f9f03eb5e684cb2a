"""What people do from the admin: one service call and one sentence to the user.

Everything that changes something is a POST with a CSRF token; a GET of the same address leads back.
The permission is checked again here, whatever the page offered."""

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin

from generation.core.text import counted
from generation.models import Job
from generation.services.errors import Refusal, refused_of

MOST_AT_ONCE = 100


def say(request: HttpRequest, act: Callable[[], str]) -> bool:
    """Run one service call; tell its sentence, or why it was refused."""
    try:
        sentence = act()
    except Refusal as refusal:
        problems = " ".join(f"It {sentence}." for _pointer, sentence in refusal.problems)
        messages.warning(request, " ".join(filter(None, [refusal.message, problems, refusal.advice])))
        return False
    messages.success(request, sentence)
    return True


def posted(
    request: HttpRequest, *, is_permitted: bool, back: str, act: Callable[[], str]
) -> HttpResponse:
    """The answer to a button: act once if it was pressed, and lead to `back`."""
    if not is_permitted:
        raise PermissionDenied
    if request.method == "POST":
        say(request, act)
    return HttpResponseRedirect(back)


def confirmed(
    model_admin: ModelAdmin, request: HttpRequest, jobs: QuerySet[Job], *, is_permitted: bool, action: str,
    question: str, consequence: str, done: str, act: Callable[[Job], object],
) -> HttpResponse | None:
    """A list action in two steps: ask with the jobs' titles, then `act` on each and sum it up."""
    if not is_permitted:
        raise PermissionDenied
    chosen = list(jobs[: MOST_AT_ONCE + 1])
    if len(chosen) > MOST_AT_ONCE:
        messages.warning(request, f"At most {MOST_AT_ONCE} jobs at once. Select fewer.")
        return None
    if "confirmed" not in request.POST:
        return TemplateResponse(request, "generation/admin/confirm.html", {
            **model_admin.admin_site.each_context(request), "title": question,
            "jobs": chosen, "action": action, "consequence": consequence, "checkbox_name": ACTION_CHECKBOX_NAME,
        })
    refused = refused_of(act, chosen)
    accepted = len(chosen) - len(refused)
    if accepted:
        messages.success(request, f"{done} {counted(accepted, 'job')}.")
    warn_of(request, refused)
    return None


def warn_of(request: HttpRequest, refused: Sequence[str]) -> None:
    """Tell of the jobs on which nothing could be done, if there are any."""
    if refused:
        more = f" And {len(refused) - 5} more." if len(refused) > 5 else ""
        messages.warning(request, f"Not possible for {len(refused)}: {' '.join(refused[:5])}{more}")
