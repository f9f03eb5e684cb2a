"""The RateLimit header fields, draft-ietf-httpapi-ratelimit-headers-11: what is allowed, and what is left of it."""

import datetime as dt
from collections.abc import Iterable

from django.http import HttpResponse

from accounts.standings import Standing
from accounts.windows import Window


def fields(standings: Iterable[Standing], now: dt.datetime) -> dict[str, str]:
    """`RateLimit-Policy` and `RateLimit`; nothing where there is no limit.  `q` and `r` are in the limit's measure."""
    policies, rates = [], []
    for standing in standings:
        ceiling = standing.ceiling
        policy, rate = f'"{ceiling.slug}";q={ceiling.limit}', f'"{ceiling.slug}";r={standing.left}'
        if ceiling.window is not Window.ALWAYS and standing.resets_at is not None:
            policy += f";w={(standing.resets_at - standing.begun) // dt.timedelta(seconds=1)}"
            rate += f";t={max(0, -((now - standing.resets_at) // dt.timedelta(seconds=1)))}"
        policies.append(policy)
        rates.append(rate)
    return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(rates)} if policies else {}


def put(response: HttpResponse, standings: Iterable[Standing], now: dt.datetime) -> None:
    for name, value in fields(standings, now).items():
        response[name] = value
