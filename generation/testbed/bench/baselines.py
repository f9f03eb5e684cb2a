"""What people write without an engine: one loop, or `asyncio.gather`, over the bare SDK.

Runs in a process of its own, without Django: `python -m generation.testbed.bench.baselines gather 20`.
Same prompts, schemas and parsing as the engine's; prints one JSON line."""

import asyncio
import json
import os
import resource
import sys
import time
from typing import Any

import openai

from generation.core.prompting import Context, Redo, Request, plan_request, unit_request
from generation.kinds import get_kind

MODEL = "gpt-4.1-mini"


def arguments(request: Request) -> dict[str, Any]:     # Any: JSON
    """`request` as arguments of `chat.completions.create`."""
    return {
        "model": MODEL, "messages": list(request.messages),
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": request.schema_name, "strict": True, "schema": request.schema},
        },
    }


async def _ask(client: openai.AsyncOpenAI, request: Request, key: str) -> str:
    create: Any = client.chat.completions.create      # Any: its types want literals, not built dicts
    completion = await create(**arguments(request), prompt_cache_key=key)
    return str(completion.choices[0].message.content)


async def _program(client: openai.AsyncOpenAI, number: int, brief: dict[str, Any], *, at_once: bool) -> float:
    """Make one program; when it was finished, on the monotonic clock."""
    kind = get_kind("training_program")
    key = f"baseline-{number}"
    plan = await _ask(client, plan_request(Context(kind, brief), Redo()), key)
    context = Context(kind, brief, json.loads(plan))

    async def unit(position: int) -> None:
        text = await _ask(client, unit_request(context, position, Redo()), key)
        kind.Unit.model_validate_json(text)

    if at_once:
        await asyncio.gather(*(unit(position) for position in range(1, context.unit_count + 1)))
    else:
        for position in range(1, context.unit_count + 1):
            await unit(position)
    return time.monotonic()


async def _measure(mode: str, programs: int, brief: dict[str, Any]) -> dict[str, Any]:
    client = openai.AsyncOpenAI(
        base_url=os.environ["OPENAI_BASE_URL"], api_key="bench", max_retries=0, timeout=120,
        http_client=openai.DefaultAioHttpClient() if mode == "gather-aiohttp" else None,
    )
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.monotonic()
    ends = await asyncio.gather(
        *(_program(client, n, brief, at_once=mode != "sequential") for n in range(programs))
    )
    used = resource.getrusage(resource.RUSAGE_SELF)
    await client.close()
    return {
        "walls_s": sorted(end - started for end in ends),
        "cpu_s": used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime,
        "peak_mb": used.ru_maxrss / 1024,
    }


if __name__ == "__main__":
    found = asyncio.run(_measure(sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])))
    print(json.dumps(found))
