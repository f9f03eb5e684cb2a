"""A process that handles programs for Restate: each is one durable workflow, a plan and then all weeks at once.

    OPENAI_BASE_URL=… python restate_handlers.py SERVICE PORT CALLS

Restate keeps the reply of every step.  `POST /SERVICE/KEY/run` at its ingress makes a program, and answers when it is
done."""

import asyncio
import sys

import restate
from calls import Recorded, ask, provider, recorded
from hypercorn.asyncio import serve
from hypercorn.config import Config


def workflow(service: str, calls: Recorded) -> restate.Workflow:
    made = restate.Workflow(service)
    client = provider()

    async def step(call: dict, key: str) -> str:
        return await ask(client, call, key)

    @made.main()
    async def run(ctx: restate.WorkflowContext) -> int:
        await ctx.run_typed("plan", step, restate.RunOptions(), calls.plan, ctx.key())
        weeks = [
            ctx.run_typed(f"week {number}", step, restate.RunOptions(), call, ctx.key())
            for number, call in enumerate(calls.weeks, 1)
        ]
        await restate.gather(*weeks)
        return len(weeks)

    return made


async def main(service: str, port: int, file: str) -> None:
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.loglevel = "ERROR"
    await serve(restate.app([workflow(service, recorded(file))]), config)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
