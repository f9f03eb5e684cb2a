"""What people do from the admin: one service call and one sentence to the user.

Everything that changes something is a POST with a CSRF token; a GET of the same address leads back.
The permission is checked again here, whatever the page offered.  A button that could undo what somebody else decided,
or make something each time it is pressed, carries a mark of its page: `marked`, `pressed`.  A page that asks before
something is done to several jobs carries one for each: `marked_jobs`, `answered`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin

from generation.admin import once, page_marks
from generation.admin.page_marks import PageMark
from generation.core.text import counted
from generation.models import Job
from generation.services import decisions
from generation.services.errors import Refusal, refused_of
from generation.services.maintenance.remediation import Taken

MOST_AT_ONCE = 100
NO_MARK = "The page did not say what it was made from, and nothing was done. Look it over, and press again."


def say(request: HttpRequest, act: Callable[[], str | Taken]) -> bool:
    """Run one service call; tell its sentence, or why it was refused.  Whether anything was done."""
    try:
        done = act()
    except Refusal as refusal:
        problems = " ".join(f"It {sentence}." for _pointer, sentence in refusal.problems)
        messages.warning(request, " ".join(filter(None, [refusal.message, problems, refusal.advice])))
        return False
    taken = done if isinstance(done, Taken) else Taken(done)
    if taken.sentence:
        messages.success(request, taken.sentence)
    if taken.refused:
        more = f" And {len(taken.refused) - 5} more." if len(taken.refused) > 5 else ""
        messages.warning(
            request, f"Not possible for {len(taken.refused)}: {' '.join(taken.refused[:5])}{more}")
    return bool(taken.sentence)


def posted(
    request: HttpRequest, *, is_permitted: bool, back: str, act: Callable[[], str]
) -> HttpResponse:
    """The answer to a button: act once if it was pressed, and lead to `back`."""
    if not is_permitted:
        raise PermissionDenied
    if request.method == "POST":
        say(request, act)
    return HttpResponseRedirect(back)


@dataclass(frozen=True)
class ButtonMark:
    """What a page's template puts into its buttons; `decided` is the newest that the page knows people did, for the
    version of a part that moves: a page that is followed live is not stale."""

    text: str
    decided: int


def marked(row: Model) -> ButtonMark:
    """Of the buttons about `row`, read before what the page shows, or of one moment with it (one_moment.py): no page
    knows of a decision that it does not show."""
    decided = decisions.newest(row)
    return ButtonMark(page_marks.written(PageMark(page_marks.new_word(), None, decided), _whose(row)), decided)


def pressed(
    request: HttpRequest, row: Model, *, is_permitted: bool, back: str, act: Callable[[int], str | Taken],
    shown_once: Callable[[], HttpResponse] | None = None,
) -> HttpResponse:
    """As `posted`, of a button that carries a mark: one page's is taken once, and `act` is told the newest that its
    page knew people did about `row`.  `shown_once` makes the answer if no other page ever shows it."""
    if not is_permitted:
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseRedirect(back)
    mark = page_marks.read(request.POST.get(page_marks.FIELD, ""), _whose(row))
    if mark is None:
        messages.warning(request, NO_MARK)
        return HttpResponseRedirect(back)
    with once.sending(request, leads_to=back, is_shown_once=shown_once is not None) as sent:
        if sent.before is not None:
            return once.as_before(request, sent.before)
        sent.is_done = say(request, lambda: act(mark.saved))
    return shown_once() if sent.is_done and shown_once is not None else HttpResponseRedirect(back)


def _whose(row: Model) -> str:
    return _named(type(row), row.pk)


def _named(model: type[Model], key: object) -> str:
    return f"{model._meta.label_lower}/{key}/buttons"


# --- Several jobs -----------------------------------------------------------------------------


def asked(
    model_admin: ModelAdmin, request: HttpRequest, jobs: QuerySet[Job], *, question: str, action: str,
    consequence: Callable[[Sequence[Job]], str], back: str,
) -> TemplateResponse:
    """The page that asks before something is done to `jobs`; each carries a mark."""
    known, word = decisions.newest_of(jobs), page_marks.new_word()      # before the jobs, as in `marked`
    chosen = list(jobs)
    marks = [
        page_marks.written(PageMark(word, None, known.get(job.pk, 0)), _whose(job)) for job in chosen
    ]
    return TemplateResponse(request, "generation/admin/confirm.html", {
        **model_admin.admin_site.each_context(request), "title": question, "action": action, "back": back,
        "marked_jobs": list(zip(chosen, marks, strict=True)), "consequence": consequence(chosen),
        "checkbox_name": ACTION_CHECKBOX_NAME, "mark_name": page_marks.FIELD,
    })


def answered(
    request: HttpRequest, *, back: str, act: Callable[[Mapping[int, int]], str | Taken]
) -> HttpResponse:
    """The answer to "yes" on that page: as `pressed`, but `act` is told the newest of each job that was confirmed."""
    seen = _seen_of_each(request)
    if not seen:
        messages.warning(request, NO_MARK)
        return HttpResponseRedirect(back)
    with once.sending(request, leads_to=back) as sent:
        if sent.before is not None:
            return once.as_before(request, sent.before)
        sent.is_done = say(request, lambda: act(seen))
    return HttpResponseRedirect(back)


def _seen_of_each(request: HttpRequest) -> dict[int, int]:
    """By primary key; nothing, if one of the jobs that were sent has no mark."""
    keys, texts = request.POST.getlist(ACTION_CHECKBOX_NAME), request.POST.getlist(page_marks.FIELD)
    marks = [page_marks.read(text, _named(Job, key)) for key, text in zip(keys, texts, strict=False)]
    seen = {int(key): mark.saved for key, mark in zip(keys, marks, strict=False) if mark is not None}
    return seen if len(seen) == len(set(keys)) else {}


def confirmed(
    model_admin: ModelAdmin, request: HttpRequest, jobs: QuerySet[Job], *, is_permitted: bool, action: str,
    question: str, consequence: Callable[[Sequence[Job]], str], done: str, act: Callable[[Job, int], object],
) -> HttpResponse | None:
    """A list action in two steps: ask with the jobs' titles, then `act` on each and sum it up.

    `act` is told the newest that the page which asked knew people did about the job."""
    if not is_permitted:
        raise PermissionDenied
    if jobs[: MOST_AT_ONCE + 1].count() > MOST_AT_ONCE:
        messages.warning(request, f"At most {MOST_AT_ONCE} jobs at once. Select fewer.")
        return None
    if "confirmed" not in request.POST:
        return asked(
            model_admin, request, jobs, question=question, action=action, consequence=consequence,
            back=request.get_full_path())

    def act_on_all(seen: Mapping[int, int]) -> Taken:
        chosen = list(jobs.filter(pk__in=seen))
        refused = refused_of(lambda job: act(job, seen[job.pk]), chosen)
        accepted = len(chosen) - len(refused)
        return Taken(f"{done} {counted(accepted, 'job')}." if accepted else "", tuple(refused))

    return answered(request, back=request.get_full_path(), act=act_on_all)
