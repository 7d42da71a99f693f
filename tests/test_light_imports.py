"""An edge box has neither torch nor ultralytics, and starts fast."""

import pkgutil
import subprocess
import sys

import streetaudit

EDGE = (
    "import importlib, sys\n"
    "for name in {names!r}: importlib.import_module(name)\n"
    "heavy = {{'torch', 'torchvision', 'ultralytics'}} & set(sys.modules)\n"
    "assert not heavy, heavy\n"
)


def core_modules() -> list[str]:
    return [
        module.name
        for module in pkgutil.walk_packages(streetaudit.__path__, "streetaudit.")
        if ".migrations." not in module.name and not module.name.startswith("streetaudit.commands")
    ]


def test_no_module_of_the_core_loads_torch_or_ultralytics() -> None:
    names = core_modules()
    assert len(names) > 20
    subprocess.run([sys.executable, "-c", EDGE.format(names=names)], check=True)


def test_the_bare_import_loads_no_runtime() -> None:
    code = "import sys, streetaudit; assert not {'onnxruntime', 'av', 'cv2', 'sqlalchemy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
