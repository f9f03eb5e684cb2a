"""Makes programs by LangGraph, with checkpoints in PostgreSQL.

    echo 20 | OPENAI_BASE_URL=… DATABASE_URL=… python langgraph_programs.py CALLS

For each number on stdin so many programs are made at once, and a line of JSON says how many seconds each took.
Each program is a thread of its graph: a node for the plan, then one for each week, all at once.  A checkpoint is
durable before the next step begins, and a node's result is written when the node ends."""

import asyncio
import json
import operator
import os
import secrets
import sys
import time
from typing import Annotated, TypedDict

import openai
from calls import Recorded, ask, provider, recorded
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Send
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

CONNECTIONS = 20


class Program(TypedDict):
    key: str
    plan: str
    weeks: Annotated[list, operator.add]


def program_graph(client: openai.AsyncOpenAI, calls: Recorded) -> StateGraph:
    async def plan(state: Program) -> dict:
        return {"plan": await ask(client, calls.plan, state["key"])}

    async def week(asked: dict) -> dict:
        return {"weeks": [await ask(client, calls.weeks[asked["position"]], asked["key"])]}

    def all_weeks(state: Program) -> list:
        return [Send("week", {"key": state["key"], "position": n}) for n in range(len(calls.weeks))]

    graph = StateGraph(Program)
    graph.add_node("plan", plan)
    graph.add_node("week", week)
    graph.add_edge(START, "plan")
    graph.add_conditional_edges("plan", all_weeks, ["week"])
    graph.add_edge("week", END)
    return graph


async def made_at_once(graph: CompiledStateGraph, programs: int) -> list[float]:
    """The seconds from the first request to the end of each."""
    name, started = secrets.token_hex(4), time.monotonic()

    async def one(number: int) -> float:
        key = f"{name}-{number}"
        await graph.ainvoke(
            {"key": key, "plan": "", "weeks": []}, {"configurable": {"thread_id": key}}, durability="sync")
        return time.monotonic() - started

    return await asyncio.gather(*(one(number) for number in range(programs)))


async def main(file: str) -> None:
    connecting = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    pool = AsyncConnectionPool(os.environ["DATABASE_URL"], max_size=CONNECTIONS, kwargs=connecting, open=False)
    async with pool, provider() as client:
        saver = AsyncPostgresSaver(pool)
        await saver.setup()
        graph = program_graph(client, recorded(file)).compile(checkpointer=saver)
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps({"walls_s": sorted(await made_at_once(graph, int(line)))}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
