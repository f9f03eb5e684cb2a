"""What may be spent: a quote before asking, and where every limit stands."""

import datetime as dt
from typing import Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import BaseModel, Field

from accounts.standings import Standing
from accounts.windows import Metric, Window
from generation.api import openapi
from generation.api.auth import caller
from generation.api.schemas import JobIn
from generation.models import Strategy
from generation.services import quotas
from generation.services.jobs import quotes
from generation.services.jobs.quotes import AgainQuote, Cached, Remainder

router = Router()


class LimitOut(BaseModel):
    """One limit in one window.  Money is in millionths of a US dollar."""

    name: str = Field(examples=["units-per-day"])
    scope: Literal["you", "everybody"]
    metric: Metric
    window: Window = Field(description="`always`: what is taken is given back at the end, so nothing resets.")
    limit: int
    burst: int = Field(description="What one window may take over its limit; the next has so much less.")
    used: int
    reserved: int = Field(description="For jobs that have not ended; what is over is given back.")
    owed: int = Field(description="What earlier windows borrowed from this one.")
    left: int
    resets_at: dt.datetime | None

    @classmethod
    def columns(cls, standing: Standing) -> dict[str, object]:
        ceiling = standing.ceiling
        return {
            "name": ceiling.slug, "scope": "everybody" if ceiling.user_id is None else "you",
            "metric": ceiling.metric, "window": ceiling.window, "limit": ceiling.limit, "burst": ceiling.burst,
            "used": standing.used, "reserved": standing.reserved, "owed": standing.debt, "left": standing.left,
            "resets_at": standing.resets_at,
        }


class UsageOut(BaseModel):
    items: list[LimitOut]


class RemainderOut(LimitOut):
    left_after: int = Field(description="What would be left if the request were accepted; negative: it does not fit.")

    @classmethod
    def of(cls, limit: Remainder) -> "RemainderOut":
        return cls.model_validate({**cls.columns(limit.standing), "left_after": limit.left_after})


class AgainOut(BaseModel):
    """The price of asking once more.  Whoever asks pays, not the owner; the p90 is what would be reserved."""

    payer: str
    units: int
    usd_micros_p50: int
    usd_micros_p90: int
    seconds_p50: float
    seconds_p90: float
    based_on_jobs: int = Field(description="Completed jobs that it is read off; 0: from prices and sizes.")
    fits: bool = Field(description="Whether it would be accepted now.")
    sentence: str = Field(description="The price and who pays, for people.")
    limits: list[RemainderOut] = Field(description="Of the payer.")

    @classmethod
    def of(cls, found: AgainQuote) -> "AgainOut":
        return cls(
            payer=found.payer.get_username(), units=found.units, usd_micros_p50=found.usd_micros_p50,
            usd_micros_p90=found.usd_micros_p90, seconds_p50=found.seconds_p50, seconds_p90=found.seconds_p90,
            based_on_jobs=found.based_on_jobs, fits=found.fits, sentence=found.sentence,
            limits=[RemainderOut.of(limit) for limit in found.limits],
        )


class SimilarOut(BaseModel):
    """A document of a brief in other words.  It is never served as it is; `adapt` asks to have it adapted."""

    job: UUID
    title: str
    similarity: float = Field(description="0 to 1; 1: the same words.")
    created_at: dt.datetime


class QuoteOut(BaseModel):
    """A price before anything is asked.  The p90 is what would be reserved."""

    kind: str
    strategy: Strategy
    route: str
    units: int
    usd_micros_p50: int
    usd_micros_p90: int
    seconds_p50: float
    seconds_p90: float
    based_on_jobs: int = Field(description="Completed jobs that it is read off; 0: from prices and sizes.")
    cached: Cached = Field(description="How much of it is there already, and costs nothing.")
    saved_usd_micros: int = Field(description="What that cost when it was made.")
    similar: list[SimilarOut] = Field(description="Similar documents that you may have adapted.")
    fits: bool = Field(description="Whether it would be accepted now.")
    limits: list[RemainderOut]


@router.post("/quotes", response=QuoteOut, tags=["limits"], openapi_extra=openapi.adds(503))
def quote_job(request: HttpRequest, body: JobIn) -> QuoteOut:
    """What a document would cost, how long it would take, what it would leave.  Nothing is created."""
    found = quotes.quote(
        user=caller(request), kind=body.kind, brief=body.brief, strategy=body.strategy, fresh=body.fresh,
        adapt=body.adapt,
    )
    expected = found.estimate
    return QuoteOut(
        kind=body.kind, strategy=body.strategy, route=found.route, units=found.units,
        usd_micros_p50=expected.usd_micros_p50, usd_micros_p90=expected.usd_micros_p90,
        seconds_p50=expected.seconds_p50, seconds_p90=expected.seconds_p90, based_on_jobs=expected.jobs,
        cached=found.cached, saved_usd_micros=found.saved_usd_micros, fits=found.fits,
        similar=[
            SimilarOut(
                job=one.job.public_id, title=one.job.title, similarity=one.similarity, created_at=one.job.created_at,
            )
            for one in found.similar
        ],
        limits=[RemainderOut.of(limit) for limit in found.limits],
    )


@router.get("/me/usage", response=UsageOut, tags=["limits"])
def get_usage(request: HttpRequest) -> UsageOut:
    """Every limit of yours, and where it stands; staff also see those of everybody together."""
    standings = quotas.standings_of(caller(request))
    return UsageOut(items=[LimitOut.model_validate(LimitOut.columns(standing)) for standing in standings])
