"""Small worlds for the tests of the renderer."""

import numpy as np

from streetaudit.structures.geo import LocalFrame
from streetaudit_datasets.synthetic.assembly import assemble
from streetaudit_datasets.synthetic.bins import bin_
from streetaudit_datasets.synthetic.camera import Camera, Mount, camera_at
from streetaudit_datasets.synthetic.crew import Case, Crew
from streetaudit_datasets.synthetic.layout import draw_plan
from streetaudit_datasets.synthetic.light import draw_light
from streetaudit_datasets.synthetic.path import bend
from streetaudit_datasets.synthetic.world import World


def bins_at(*spots: tuple[float, float], seed: int = 5) -> World:
    """A street with one closed bin at each (along, right)."""
    rng = np.random.default_rng(seed)
    plan = draw_plan(rng, bend(rng, length_m=90), crossings=())
    crew = Crew(rng, plan, draw_light(rng, kind="overcast"))
    for along, right in spots:
        crew.put(
            bin_(rng, overflowing=False, kind="wheeled"), along, right, turn_deg=180.0, case=Case("bin", None, "stands")
        )
    return assemble(
        rng, seed=seed, origin=LocalFrame(36.8, 118.2), plan=plan, light=crew.light, crew=crew, first_m=0, last_m=90
    )


def looking_along(world: World, along_m: float, right_m: float, *, width_px: int = 480, height_px: int = 270) -> Camera:
    """A camera on the street that looks the way it runs."""
    east, north = world.plan.path.point(along_m, right_m)
    mount = Mount(hfov_deg=70.0, height_m=1.7, pitch_deg=-4.0, width_px=width_px, height_px=height_px)
    return camera_at(float(east), float(north), heading_deg=world.plan.path.heading_deg(along_m), mount=mount)
