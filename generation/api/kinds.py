"""What can be asked for, and who asks."""

from django.http import HttpRequest
from django.urls import reverse
from ninja import Router

from generation.api import openapi
from generation.api.auth import caller, token_of
from generation.api.problems import Problem, ProblemCode
from generation.api.schemas import KindDetailOut, KindList, KindOut, MeOut, TokenOut
from generation.core.kind import JsonObject
from generation.core.prompting import Kind
from generation.kinds import all_kinds
from generation.models import Strategy

PERMISSIONS = (
    "generation.view_job", "generation.cancel_job", "generation.retry_job", "generation.regenerate_unit",
)

router = Router()


def _columns(kind: Kind) -> JsonObject:
    return {
        "slug": kind.slug, "title": kind.title, "unit_noun": kind.unit_noun, "revision": kind.revision,
        "strategies": list(Strategy), "link": reverse("api:kind", args=[kind.slug]),
    }


@router.get("/kinds", response=KindList, tags=["kinds"], url_name="kinds")
def list_kinds(request: HttpRequest) -> KindList:
    """The kinds of documents."""
    return KindList(items=[KindOut(**_columns(kind)) for kind in all_kinds().values()])


@router.get("/kinds/{slug}", response=KindDetailOut, tags=["kinds"], url_name="kind")
def get_kind(request: HttpRequest, slug: str) -> KindDetailOut:
    """One kind, with the JSON Schema of its brief and an example."""
    kind = all_kinds().get(slug)
    if kind is None:
        raise Problem(
            ProblemCode.NOT_FOUND, "There is no such document kind.", f"There are: {', '.join(all_kinds())}."
        )
    return KindDetailOut(**_columns(kind), brief_schema=openapi.brief_schema(slug), example=kind.example)


@router.get("/me", response=MeOut, tags=["people"])
def get_me(request: HttpRequest) -> MeOut:
    """Who you are here."""
    user, token = caller(request), token_of(request)
    return MeOut(
        username=user.get_username(), role=user.role, is_staff=user.is_staff,
        permissions=[name for name in PERMISSIONS if user.has_perm(name)],
        token=TokenOut(
            name=token.name, prefix=token.prefix, created_at=token.created_at, expires_at=token.expires_at
        ) if token else None,
    )
