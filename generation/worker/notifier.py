"""The notifier of a process: evaluates the alert rules when it is its turn, and takes deliveries out.

One thread does all its transactions on one connection; another runs the event loop on which the receivers are
waited for.  Nothing of it is shared with the engine: whoever hangs here delays no job, and no other delivery,
because each target may hang two at a time at the most."""

import asyncio
import contextlib
import datetime as dt
import logging
import queue
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from generation.delivery import DeliveryReceipt, Sender, Verdict
from generation.models import ChannelKind
from generation.services.alerts import evaluation
from generation.services.elections import Patience
from generation.services.outbox import deliveries, webhooks
from generation.services.outbox.deliveries import Parcel, TargetRef
from generation.worker import email
from generation.worker.database import guarded
from generation.worker.looks import Looks
from generation.worker.naming import worker_name

MAX_UNDER_WAY = 16
MAILS_AT_ONCE = 4
MAIL_TIMEOUT_S = 30.0
LOOK_S = 1.0          # how often the outbox is looked into, while anything happens
LAST_DELIVERIES_S = 6.0

_logger = logging.getLogger(__name__)


class Notifier:
    """`start()` it, `stop()` it; or `run_until_idle()` in a thread of its own."""

    def __init__(self, sender: Sender | None = None, *, name: str = "") -> None:
        self._sender = sender or Sender(webhooks.reach())
        self._name = name or worker_name()
        self._loop = asyncio.new_event_loop()
        self._mails = ThreadPoolExecutor(MAILS_AT_ONCE, "mail")
        self._loop_thread = threading.Thread(target=self._loop.run_forever, name="deliveries", daemon=True)
        self._thread = threading.Thread(target=self._run, name="notifier", daemon=True)
        self._finished: queue.SimpleQueue[tuple[Parcel, DeliveryReceipt] | None] = queue.SimpleQueue()
        self._under_way: Counter[TargetRef] = Counter()
        self._stopping = threading.Event()
        self._patience = Patience()
        self._looks = Looks(LOOK_S)

    # --- Life ---------------------------------------------------------------------------------

    def start(self) -> "Notifier":
        self._thread.start()
        return self

    def wake(self) -> None:
        """There may be something to take out.  Returns at once."""
        self._looks.wake()
        self._finished.put(None)

    def stop(self) -> None:
        """Take no more; what is under way gets a few seconds.  What is not recorded then is sent again later."""
        self._stopping.set()
        self._finished.put(None)
        self._thread.join(LAST_DELIVERIES_S + 5)

    def run_until_idle(self, limit_s: float) -> None:
        """Take out what is due, and what becomes due meanwhile, for `limit_s` at the most."""
        self._begin()
        deadline = time.monotonic() + limit_s
        try:
            while time.monotonic() < deadline:
                guarded(self._take_out)
                if not self._under_way:
                    return
                self._record_finished(LOOK_S)
        finally:
            self._end()

    def _run(self) -> None:
        self._begin()
        try:
            while not self._stopping.is_set():
                guarded(self._watch)
                if not self._looks.wait_s:
                    guarded(self._take_out)
                self._record_finished(min(LOOK_S, self._looks.wait_s))
        finally:
            self._end()
            connection.close()

    def _begin(self) -> None:
        self._loop_thread.start()

    def _end(self) -> None:
        deadline = time.monotonic() + LAST_DELIVERIES_S
        while self._under_way and time.monotonic() < deadline:
            self._record_finished(0.1)
        with contextlib.suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(_hang_up(), self._loop).result(2)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._loop_thread.join(2)
        self._mails.shutdown(wait=False, cancel_futures=True)
        if not self._loop_thread.is_alive():
            self._loop.close()

    # --- Watch, take out, record --------------------------------------------------------------

    def _watch(self) -> None:
        if evaluation.take_turn(self._name, patience=self._patience):
            evaluation.evaluate()
            self._looks.hurry()      # what it has to tell is told without a doorbell, too

    def _take_out(self) -> None:
        self._looks.begin()
        due_in = deliveries.due_in()
        while due_in is not None and due_in <= dt.timedelta():
            parcels = deliveries.take_due(slots=MAX_UNDER_WAY - self._under_way.total(), busy=self._under_way)
            for parcel in parcels:
                self._under_way[parcel.target] += 1
                asyncio.run_coroutine_threadsafe(self._send(parcel), self._loop)
            if not parcels:      # else what stood behind a busy target may be in reach now
                break
            self._looks.wake()
        self._looks.end(due_in)

    def _record_finished(self, wait_s: float) -> None:
        """Record what came of those that come back within `wait_s`; returns as soon as something did."""
        try:
            arrived = self._finished.get(timeout=wait_s)
        except queue.Empty:
            return
        while True:
            if arrived is not None:
                parcel, receipt = arrived
                self._under_way -= Counter({parcel.target: 1})
                guarded(deliveries.record, parcel, receipt)
                self._looks.hurry()      # for its target, and for when it is due again
            if self._finished.empty():
                return
            arrived = self._finished.get()

    async def _send(self, parcel: Parcel) -> None:
        try:
            receipt = await self._sent(parcel)
        except Exception:      # a mistake of ours must not look like a delivery that is under way for ever
            _logger.exception("delivery %s could not be sent", parcel.delivery_id)
            receipt = DeliveryReceipt(Verdict.UNREACHABLE, "An error of the program itself stopped it.")
        self._finished.put((parcel, receipt))

    async def _sent(self, parcel: Parcel) -> DeliveryReceipt:
        if parcel.trouble:
            return DeliveryReceipt(Verdict.FORBIDDEN, parcel.trouble)
        if parcel.kind is not ChannelKind.EMAIL:
            return await self._sender.post(parcel.url, parcel.body.encode(), parcel.headers)
        sending = self._loop.run_in_executor(
            self._mails, email.send, parcel.recipients, parcel.subject, parcel.body)
        try:
            return await asyncio.wait_for(sending, MAIL_TIMEOUT_S)
        except TimeoutError:
            return DeliveryReceipt(Verdict.TIMEOUT, f"The mail server took longer than {MAIL_TIMEOUT_S:g} s.")


async def _hang_up() -> None:
    """End what still waits for receivers; their deliveries are sent again by whoever comes next."""
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
