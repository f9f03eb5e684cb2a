"""The calls that a program is made of, for the programs of other engines: with the SDK and no line of the product.

`recorded` reads what `manage.py bench engine --peers` wrote down: a call of the plan, and one for each week."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import openai

TIMEOUT_S = 120


@dataclass(frozen=True)
class Recorded:
    """Each call as arguments of `chat.completions.create`; `weeks` in their order."""

    plan: dict
    weeks: list


def recorded(file: str) -> Recorded:
    return Recorded(**json.loads(Path(file).read_text(encoding="utf-8")))


def provider() -> openai.AsyncOpenAI:
    """At `OPENAI_BASE_URL`, on the SDK's quicker transport, without retries of its own."""
    return openai.AsyncOpenAI(
        base_url=os.environ["OPENAI_BASE_URL"], api_key="bench", max_retries=0, timeout=TIMEOUT_S,
        http_client=openai.DefaultAioHttpClient(),
    )


async def ask(client: openai.AsyncOpenAI, call: dict, key: str) -> str:
    """The reply's text, which is JSON; ValueError if it is not.  `key` names the program in the provider's log."""
    completion = await client.chat.completions.create(**call, prompt_cache_key=key)
    text = completion.choices[0].message.content
    json.loads(text)
    return text
