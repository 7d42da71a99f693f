"""Signs of the problems: a shape each, so that colour is never the only difference."""

from __future__ import annotations

#: SVG paths in a box of 24 by 24 with room for a letter; the map and the pages draw the same ones.
SHAPES = {
    "litter": "M12 1.5a10.5 10.5 0 1 1 0 21a10.5 10.5 0 1 1 0-21z",
    "street_stall": "M4 2h16a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2h-16a2 2 0 0 1-2-2v-16a2 2 0 0 1 2-2z",
    "illegal_ad": "M12 .5l11.5 11.5l-11.5 11.5l-11.5-11.5z",
    "mis_parked_vehicle": "M7 1.8h10l5.8 10.2l-5.8 10.2h-10l-5.8-10.2z",
    "overflowing_bin": "M1.6 3.2h20.8l-3.2 19.2h-14.4z",
    "unknown": "M12 1.5a10.5 10.5 0 1 1 0 21a10.5 10.5 0 1 1 0-21z",
}
