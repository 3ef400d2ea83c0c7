"""graph.html: the partition as a page to look at, one file that needs no network.

`graph.html` beside this file is the page; the partition goes into it as JSON.
"""

from __future__ import annotations

import html
import json
from importlib.resources import files

from aiec.ir.partition import Partition
from aiec.partitioner.report_json import document

_TITLE, _DATA = "<!--TITLE-->", "/*DATA*/null"


def to_html(partition: Partition) -> str:
    """The page with the partition in it."""
    page = files("aiec.partitioner").joinpath("graph.html").read_text(encoding="utf-8")
    assert page.count(_TITLE) == 1 and page.count(_DATA) == 1
    title = html.escape(f"{partition.graph.name}: where it runs and why")
    return page.replace(_TITLE, title).replace(_DATA, _script_safe(document(partition)))


def _script_safe(data: object) -> str:
    """JSON that cannot end the script element that it stands in."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
