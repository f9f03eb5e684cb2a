"""An open-loop load generator: requests leave on a fixed schedule, however slow the answers are.

Runs in a process of its own, without Django: `python -m generation.testbed.bench.load`, a plan as JSON on stdin,
one JSON line on stdout.  A latency counts from the scheduled moment, so a server that falls behind cannot hide it
(and neither can this process: how late it sent is part of the result)."""

import asyncio
import json
import sys
import time
from typing import Any

import aiohttp

TIMEOUT_S = 30.0


async def _run(plan: dict[str, Any]) -> dict[str, Any]:     # Any: JSON
    """`plan`: url, rate, and `requests`, each with method, path, token and perhaps a body."""
    latencies, lateness, answers = list[float](), list[float](), list[list[str]]()
    codes: dict[str, int] = {}
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=30)
    async with aiohttp.ClientSession(plan["url"], timeout=timeout, connector=connector) as session:
        begin = time.perf_counter() + 0.2

        async def one(number: int, request: dict[str, Any]) -> None:     # Any: JSON
            due = begin + number / plan["rate"]
            await asyncio.sleep(due - time.perf_counter())
            lateness.append(time.perf_counter() - due)
            try:
                async with session.request(
                    request["method"], request["path"], json=request.get("body"),
                    headers={"Authorization": f"Bearer {request['token']}"} if request.get("token") else {},
                ) as response:
                    body = await response.read()
                    code = str(response.status)
                    if request.get("keep") and response.status == 202:
                        answers.append([request["token"], json.loads(body)["id"]])
            except (aiohttp.ClientError, TimeoutError) as error:
                code = type(error).__name__
            latencies.append(time.perf_counter() - due)
            codes[code] = codes.get(code, 0) + 1

        await asyncio.gather(*(one(number, request) for number, request in enumerate(plan["requests"])))
        took = time.perf_counter() - begin
    return {"latencies_s": latencies, "lateness_s": lateness, "codes": codes, "answers": answers, "took_s": took}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_run(json.load(sys.stdin)))))
