"""Somebody else's Celery application, with Celery's own settings: a task that lasts as long as a file is missing."""

from __future__ import annotations

import os
import time
from pathlib import Path

from celery import Celery

app = Celery("stock", broker=os.environ.get("STOCK_BROKER"))
app.conf.update(task_acks_late=True, task_ignore_result=True, broker_connection_retry_on_startup=True)


@app.task(name="stock.hold")
def hold(journal: str, until: str) -> None:
    with Path(journal).open("a") as file:
        file.write("begun\n")
    while not Path(until).exists():
        time.sleep(0.05)
    with Path(journal).open("a") as file:
        file.write("ended\n")
