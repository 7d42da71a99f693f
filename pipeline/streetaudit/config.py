"""The configuration: one TOML file, validated, unknown keys refused with the nearest known name."""

from __future__ import annotations

import difflib
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator, model_validator

from streetaudit.config_section import Section
from streetaudit.edge_config import EdgeConfig, ImageZoneConfig
from streetaudit.errors import ConfigError
from streetaudit.structures.camera import Camera

Side = Annotated[int, Field(ge=32, le=4096, multiple_of=32)]  # of a model's input, in px: its grids need the multiple


class StoreConfig(Section):
    """Where cases and pictures are kept."""

    url: str = "sqlite:///cases.sqlite3"  # relative files count from the configuration file
    evidence: str = "evidence/"
    detections: str = "detections/"  # one Parquet a clip: what `reaudit` works on


class DetectorConfig(Section):
    """What looks at the frames."""

    model: str = "nano"  # a shipped name or a path to an .onnx
    runtime: Literal["onnxruntime", "openvino", "auto"] = "onnxruntime"  # auto measures for a second at start-up
    threads: int = Field(2, ge=1, le=64)
    input_size: tuple[Side, Side] | None = None  # height, width in px the frame is fitted into; None takes the card's
    confidence: float | None = Field(None, gt=0, lt=1)  # overrides the card's thresholds per class
    iou: float | None = Field(None, gt=0, lt=1)  # overrides the card's NMS threshold


class SamplingConfig(Section):
    """Which frames are looked at."""

    max_fps: float | None = Field(None, gt=0)  # frames a second of clip time at most; None looks at every frame
    every_m: float | None = Field(None, ge=0.5, le=20)  # metres between two looks of a vehicle with a trace; None: off


class BatchConfig(Section):
    """How a night of footage is worked through."""

    workers: int = Field(0, ge=0, le=256)  # clips looked at at the same time; 0 takes one for each core
    deaths: int = Field(3, ge=1)  # a clip that has killed so many workers is set aside


class TrackConfig(Section):
    """How detections become tracks."""

    min_frames: int = Field(3, ge=1)  # shorter tracks are flicker, not objects
    flicker_frames: int = Field(8, ge=0)  # so short a track where a much longer one is, is that one's flicker; 0 keeps
    lost_after_s: float = Field(1.0, gt=0)  # seconds, so that the frame rate may vary
    high_confidence: float = Field(0.5, gt=0, lt=1)  # first association round
    low_confidence: float = Field(0.1, gt=0, lt=1)  # second round, keeps a track through weak detections
    new_confidence: float = Field(0.5, gt=0, lt=1)  # below it no track is born
    match_iou: float = Field(0.2, gt=0, lt=1)  # smallest overlap of prediction and detection, first round


class RulesConfig(Section):
    """What counts as a case."""

    catalogue: str | None = None  # a TOML of problems; None takes the shipped one
    merge_radius_m: float = Field(10.0, gt=0)  # two sightings of one kind within it may be one thing
    max_error_m: float = Field(25.0, gt=0)  # a place less sure than this is no place
    case_error_m: float = Field(10.0, gt=0)  # one less sure than this is kept, but makes no case: a nearer look decides
    gone_after_passes: int = Field(2, ge=1, le=20)  # passes that would have seen a thing and did not: then it is gone


class CityConfig(Section):
    """The city's clock, map and grid."""

    timezone: str = "UTC"
    zones: tuple[str, ...] = ()
    grid: str | None = None
    scheme: str = "gb47678"  # which code scheme `code` comes from
    country: str = ""  # ISO code whose public holidays hold (needs `pip install holidays`); "" for none
    holidays: tuple[date, ...] = ()  # further days that are not worked
    workdays: tuple[date, ...] = ()  # weekend days that are worked instead (调休)

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"no time zone is called {name!r}; write one like 'Asia/Shanghai'") from error
        return name


class PrivacyConfig(Section):
    """What is blurred before anything is written."""

    face_model: str | None = None  # a YuNet .onnx; without it the heads of persons are blurred
    blur_faces: bool = True
    blur_plates: bool = True


class ServeConfig(Section):
    """The review server."""

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    secure_cookies: bool = True  # set false only for plain http on this machine
    language: Literal["en", "zh-CN"] = "en"
    webhook_hosts: tuple[str, ...] = ()  # machines of the house that webhooks may tell; others must be public, by https
    open311: Literal["off", "key", "public"] = "key"  # who may read cases through Open311: nobody, tokens, anybody
    second_look_share: float = Field(0.0, ge=0, le=0.5)  # of a reviewer's cases that others have decided, blind


#: What a camera usually has that nobody measured: by kind and key the value, what says how unsure it is, and how much.
_UNMEASURED: dict[str, dict[str, tuple[float, str, float]]] = {
    "vehicle": {  # action and dashboard cameras see 90 to 110 degrees, telephones 65
        "hfov_deg": (90.0, "focal_sd_share", 0.2),
        "height_m": (1.6, "height_sd_share", 0.35),
        "pitch_deg": (-2.0, "pitch_sd_deg", 6.0),
    },
    "fixed": {
        "hfov_deg": (80.0, "focal_sd_share", 0.2),
        "height_m": (5.0, "height_sd_share", 0.4),
        "pitch_deg": (-15.0, "pitch_sd_deg", 10.0),
    },
}
#: Who did not measure the pitch has mounted the camera by eye.
_UNMEASURED_YAW_SD_DEG = 3.0


class CameraConfig(Section):
    """One camera: how pixels become places."""

    name: str
    match: str = "*"  # glob on the clip's file name, or on its path where it contains a slash
    kind: Literal["vehicle", "fixed"] = "vehicle"
    hfov_deg: float | None = Field(None, gt=5, lt=175)  # these three: None is not measured; estimated from the
    height_m: float | None = Field(None, gt=0, le=100)  # footage as far as it goes, and places are less sure;
    pitch_deg: float | None = Field(None, ge=-90, le=90)  # `streetaudit calibrate CLIP` measures them
    yaw_deg: float = Field(0.0, ge=-180, le=360)
    roll_deg: float = Field(0.0, ge=-180, le=180)
    focal_px: float | None = Field(None, gt=0)
    centre_px: tuple[float, float] | None = None
    calibrated_width_px: int | None = Field(None, gt=0)
    lat: float | None = Field(None, ge=-90, le=90)
    lon: float | None = Field(None, ge=-180, le=180)
    heading_deg: float | None = None
    position_error_m: float = Field(1.0, ge=0)
    clock_offset_s: float = 0.0  # added to the clip's own clock
    measure_clock: bool = True  # find from the images what is left between clip and trace, mend it where that is sure
    source: str | None = None  # fixed cameras: the stream's address
    zones: tuple[ImageZoneConfig, ...] = ()  # fixed cameras: drawn in the image, they need no place

    @model_validator(mode="after")
    def _fixed_cameras_have_all_or_none(self) -> Self:
        given = [value is not None for value in (self.lat, self.lon, self.heading_deg)]
        if self.kind == "fixed" and any(given) and not all(given):
            raise ValueError("a fixed camera needs lat, lon and heading_deg together (or none: then nothing is placed)")
        if self.kind == "vehicle" and self.zones:
            raise ValueError("only a fixed camera has zones in its image; draw those of a vehicle on the map")
        return self

    def to_camera(self) -> Camera:
        """The camera as the value that stages take; what nobody measured is usual for its kind, and unsure."""
        others = {"match", "clock_offset_s", "measure_clock", "source", "zones"}
        fields = self.model_dump(exclude=others, exclude_none=True)
        for key, (usual, spread, much) in _UNMEASURED[self.kind].items():
            if getattr(self, key) is None and not (key == "hfov_deg" and self.focal_px is not None):
                fields[key] = usual
                fields[spread] = much
        if self.pitch_deg is None:
            fields["yaw_sd_deg"] = _UNMEASURED_YAW_SD_DEG
        return Camera(**fields)


class Config(Section):
    """Everything that can be set; paths are relative to `base`."""

    store: StoreConfig = StoreConfig()
    detector: DetectorConfig = DetectorConfig()
    sampling: SamplingConfig = SamplingConfig()
    batch: BatchConfig = BatchConfig()
    track: TrackConfig = TrackConfig()
    rules: RulesConfig = RulesConfig()
    city: CityConfig = CityConfig()
    privacy: PrivacyConfig = PrivacyConfig()
    serve: ServeConfig = ServeConfig()
    edge: EdgeConfig = EdgeConfig()
    camera: tuple[CameraConfig, ...] = ()
    base: Annotated[Path, Field(exclude=True)] = Path()

    def path(self, written: str) -> Path:
        """A path of the file, taken relative to the file."""
        return self.base / written

    @property
    def store_url(self) -> str:
        """The store's address with a relative SQLite file made absolute."""
        prefix = "sqlite:///"
        if not self.store.url.startswith(prefix) or self.store.url.startswith(prefix + "/"):
            return self.store.url
        return prefix + str(self.path(self.store.url.removeprefix(prefix)).resolve())


def load_config(path: Path | None) -> Config:
    """The configuration of a file, or the defaults where no file is named.

    Raises:
        ConfigError: If the file is missing, no TOML, or says something that cannot be meant.
    """
    if path is None:
        return Config(base=Path.cwd())
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}; name a streetaudit.toml with --config") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is no valid TOML: {error}") from error
    try:
        return Config(**written, base=path.parent)
    except ValidationError as error:
        raise ConfigError("\n".join(_explain(path, detail) for detail in error.errors())) from error


def with_changes(config: Config, section: str, **changes: object) -> Config:
    """The configuration with some keys of one section changed; None leaves a key as it is."""
    wanted = {key: value for key, value in changes.items() if value is not None}
    changed = getattr(config, section).model_copy(update=wanted)
    return config.model_copy(update={section: changed})


def _explain(path: Path, detail: Any) -> str:
    where = ".".join(str(part) for part in detail["loc"])
    if detail["type"] != "extra_forbidden":
        return f"{path}: {where}: {detail['msg']}"
    near = difflib.get_close_matches(str(detail["loc"][-1]), _known_keys(detail["loc"]), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"{path}: unknown key {where!r}{hint}"


def _known_keys(loc: tuple[str | int, ...]) -> list[str]:
    if len(loc) == 1:
        return [name for name in Config.model_fields if name != "base"]
    if loc[0] == "camera":
        return list(CameraConfig.model_fields)
    section = Config.model_fields[str(loc[0])].default
    return list(type(section).model_fields)
