"""`python -m generation.simulator`: the simulator as a process of its own."""

import dataclasses
import sys

from generation.simulator.serving import serve
from generation.simulator.settings import SimulatorSettings, parser


def main() -> None:
    options = vars(parser().parse_args())
    lives_with_stdin = options.pop("until_stdin_closes")
    try:
        settings = SimulatorSettings(**options)
    except ValueError as error:
        parser().error(str(error))
    assert options.keys() == {field.name for field in dataclasses.fields(settings)}
    serve(settings, until_closed=sys.stdin.fileno() if lives_with_stdin else None)


main()
