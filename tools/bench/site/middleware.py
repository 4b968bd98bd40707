import os
from contextlib import ExitStack

from django.db import connection

ASKED = "HTTP_X_BENCH"
FRAME = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


class CountQueries:
    """Says, when asked by a header, how many queries an answer took and which process gave it.
    What begins and ends a transaction is counted apart."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if ASKED not in request.META:
            return self.get_response(request)
        with ExitStack() as stack:
            stack.callback(setattr, connection, "force_debug_cursor", connection.force_debug_cursor)
            connection.force_debug_cursor = True
            before = len(connection.queries_log)
            response = self.get_response(request)
            log = [query["sql"] for query in list(connection.queries_log)[before:]]
        frame = sum(sql.startswith(FRAME) for sql in log)
        response["X-Queries"] = str(len(log) - frame)
        response["X-Transaction"] = str(frame)
        response["X-Worker"] = str(os.getpid())
        return response
