"""Two more sweepers that wait for no turn: `python -m generation.testbed.chaos.sweeper`.

Beside the workers' own, so that sweeping at the same instant is the rule and not the exception."""

import threading
import time

import django


def main() -> None:
    django.setup()
    from django.conf import settings

    from generation.services.maintenance import sweeper
    from generation.worker.database import guarded

    def sweep_on() -> None:
        while True:
            guarded(sweeper.sweep)
            guarded(sweeper.upkeep)
            time.sleep(settings.SWEEP_S)

    threads = [threading.Thread(target=sweep_on, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
