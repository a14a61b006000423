"""Acts at the same moment, each in a connection of its own. What they show is true on PostgreSQL only."""

import threading

from django.db import connection


def together(*acts) -> list:
    """Do all of them; what each gave back, or what it raised, in no order."""
    barrier, ends = threading.Barrier(len(acts)), []

    def do(act):
        try:
            barrier.wait(20)
            ends.append(act())
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            ends.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return ends


def at_once(*acts) -> list[Exception]:
    """Do all of them; what went wrong."""
    return [end for end in together(*acts) if isinstance(end, Exception)]
