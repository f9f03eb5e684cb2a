"""The measurements of other engines: the same programs as ours, made while nobody else makes any."""

import contextlib
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from generation.simulator.process import SimulatorProcess
from generation.testbed.bench.engine_report import CHUNKS, EngineReport, EngineRow, PeerCrash
from generation.testbed.bench.peers.environments import PeerMissing, peers_folder
from generation.testbed.bench.peers.langgraph import LangGraph
from generation.testbed.bench.peers.peer import PROGRAMS_S, Peer
from generation.testbed.bench.peers.restate import Restate
from generation.testbed.bench.recorded import RecordedProgram
from generation.testbed.installation.processes import cpu_s
from generation.testbed.installation.provider_log import Deliveries, delivered_before, place_of_call
from generation.testbed.installation.reaper import Reaper
from generation.testbed.installation.waiting import Say
from generation.testbed.quantiles import p95

WARM_UP = 2      # programs


@contextlib.contextmanager
def peers_ready(
    report: EngineReport, program: RecordedProgram, *, database_url: str, simulator: SimulatorProcess, say: Say
) -> Iterator[list[Peer]]:
    """Every other engine that can be had, up and warm; `report` gets a sentence for each that cannot.

    They stay up, idle, while somebody else is measured: what is compared lies seconds apart, so that whatever else the
    machine does falls on all alike."""
    reaper = Reaper()
    with contextlib.ExitStack() as stack:
        stack.callback(reaper.dismiss)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="run-", dir=peers_folder())))
        calls = folder / "calls.json"
        calls.write_text(json.dumps(program.calls()), encoding="utf-8")
        makers: dict[str, Callable[[], Peer]] = {
            Restate.name: lambda: Restate(folder, calls, simulator.base_url, reaper, processes=report.workers),
            LangGraph.name: lambda: LangGraph(folder, calls, simulator.base_url, reaper, database_url=database_url),
        }
        ready: list[Peer] = []
        for who, made in makers.items():
            say(f"{who} is made ready")
            try:
                peer = stack.enter_context(made())
                peer.run(WARM_UP)
            except PeerMissing as missing:
                report.left_out.append(str(missing))
            except (RuntimeError, OSError) as failed:      # TimeoutError is one
                report.left_out.append(f"{who} is left out: it does not work here ({failed}).")
            else:
                ready.append(peer)
        yield ready


def peer_row(peer: Peer, programs: int, simulator: SimulatorProcess, limit_s: float) -> EngineRow:
    cpu, servers, provider = peer.cpu_s(), peer.servers_cpu_s(), cpu_s(simulator.pid)
    walls = peer.run(programs)
    chunks = programs * CHUNKS
    return EngineRow(
        peer.name, programs, statistics.median(walls) / limit_s, p95(walls) / limit_s,
        (peer.cpu_s() - cpu) / chunks * 1000, (peer.servers_cpu_s() - servers) / chunks * 1000,
        (cpu_s(simulator.pid) - provider) / chunks * 1000, peer.peak_mb(),
        chunks / max(walls),
    )


def restate_crash(restate: Restate, simulator: SimulatorProcess, call_log: Path, programs: int) -> PeerCrash:
    """Its server lives on, as our database does."""
    simulator.clear_calls()
    deliveries = Deliveries(call_log)
    with ThreadPoolExecutor(1, "programs") as pool:
        made = pool.submit(restate.run, programs)
        deliveries.wait_for(programs * CHUNKS // 2)
        killed_at = time.time()
        restate.kill_handlers()
        before = simulator.calls()
        delivered, seen = delivered_before(before, killed_at), {call["seq"] for call in before}
        began = time.time()
        restate.start_handlers()
        made.result(PROGRAMS_S)
    after = [call for call in simulator.calls() if call["seq"] not in seen]
    assert after, "half of the calls were still to be made"
    return PeerCrash(
        restate.name, programs, len(delivered), sum(place_of_call(call) in delivered for call in after),
        min(call["started_at"] for call in after) - began,
    )
