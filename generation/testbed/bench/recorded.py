"""The work of one program, recorded: what is asked, what a good provider answers, and what checking that costs."""

import json
import time
from typing import Any

from generation.core.leaks import leaked
from generation.core.prompting import Context, Redo, Request, plan_request, unit_request
from generation.kinds import get_kind
from generation.simulator.content import write
from generation.testbed.bench.baselines import arguments

REPEATS = 20      # of the checks, for a mean that a clock of 1 µs can tell


class RecordedProgram:
    """A plan and units that are one another's, as the simulator writes them for `brief`."""

    def __init__(self, brief: dict[str, Any]) -> None:     # Any: JSON
        self._brief = brief
        self._kind = get_kind("training_program")
        self._plan_request = plan_request(Context(self._kind, brief), Redo())
        self._plan = write(self._plan_request)
        self._context = Context(self._kind, brief, json.loads(self._plan))
        self._positions = range(1, self._context.unit_count + 1)

    def calls(self) -> dict[str, Any]:     # Any: JSON
        """Arguments of `chat.completions.create`, as the engine asks: `plan`, and `weeks` in their order."""
        return {
            "plan": arguments(self._plan_request),
            "weeks": [arguments(self._unit_request(position)) for position in self._positions],
        }

    def checks_cpu_ms(self) -> float:
        """Milliseconds of this process for each chunk, on average: the kind's checks, and the one for leaks, of a plan,
        its units and the document.  Reading the JSON is not in it, which everybody does."""
        kind, context = self._kind, self._context
        texts = [write(self._unit_request(position)) for position in self._positions]
        units = [kind.Unit.model_validate_json(text) for text in texts]
        document = kind.assemble(
            self._brief, json.loads(self._plan), {n: json.loads(text) for n, text in enumerate(texts, 1)})
        began_s = time.process_time()
        for _ in range(REPEATS):
            kind.check_plan(context.typed_brief, context.typed_plan)
            for position, unit in enumerate(units, 1):
                kind.check_unit(context.typed_brief, context.typed_plan, position, unit)
            for text in (self._plan, *texts):
                leaked(text, context.instructions)
            kind.check_document(context.typed_brief, document)
        return (time.process_time() - began_s) / REPEATS / (1 + len(units)) * 1000

    def _unit_request(self, position: int) -> Request:
        return unit_request(self._context, position, Redo())
