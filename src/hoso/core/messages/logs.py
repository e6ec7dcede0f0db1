"""Log lines as JSON. What reaches a log is an event's name and coded facts, never a person's data or SQL."""

import json
import logging
import traceback


class JsonFormatter(logging.Formatter):
    """One JSON object a line; of an exception only its type and the places it passed, since its text may hold data."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "event": _event(record),
        }
        if hasattr(record, "status_code"):
            entry["status"] = record.status_code
        if record.exc_info and record.exc_info[0]:
            entry["exception"] = record.exc_info[0].__name__
            entry["passed"] = [
                f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
                for frame in traceback.extract_tb(record.exc_info[2])[-5:]
            ]
        return json.dumps(entry, ensure_ascii=False)


def _event(record: logging.LogRecord) -> str:
    """Our own words with their facts; of others' only the words: Django would name the address that was asked for."""
    ours = record.name.partition(".")[0] == "hoso" and not record.exc_info
    return record.getMessage() if ours else str(record.msg)
