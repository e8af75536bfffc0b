"""One tree of settings, read from the environment as `AIMA_A__B` and from nowhere else."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from aima.errors import SettingInvalid


def default_home() -> Path:
    """`/var/lib/aima` for root, the user's data directory otherwise."""
    if os.geteuid() == 0:
        return Path("/var/lib/aima")
    base = os.environ.get("XDG_DATA_HOME") or str(Path("~/.local/share").expanduser())
    return Path(base) / "aima"


def _absolute(path: Path) -> Path:
    """The same place for every process, wherever it works."""
    try:
        return path.expanduser().absolute()
    except RuntimeError as error:
        raise ValueError(str(error)) from error


Place = Annotated[Path, AfterValidator(_absolute)]


class Stores(BaseModel):
    """Where the databases are. An URL replaces the supervised local server."""

    postgres: str | None = Field(None, description="PostgreSQL 14+ URL; empty: the local server is used")
    mongo: str | None = Field(None, description="MongoDB 6+ URL; empty: the local document server is used")
    milvus: str | None = Field(None, description="Milvus 2.6+ URL; empty: the local vector server is used")
    namespace: str | None = Field(
        None,
        pattern=r"^[a-z][a-z0-9_]{0,40}$",
        description="database of the documents and prefix of the vectors; empty: the name of the PostgreSQL database",
    )
    patience_s: float = Field(300.0, ge=0, description="how long an analysis waits for a server that does not answer")


class Models(BaseModel):
    """Which models are used and where their weights lie."""

    dir: Place | None = Field(None, description="directory of the built weights; empty: <home>/models")
    profile: Literal["embedded", "production"] = "embedded"
    strict_licences: bool = Field(False, description="refuse weights whose publisher states no licence")
    offline: bool = Field(False, description="never reach a package registry or a model hub")
    face_embedding: str = Field("face_embedding_512", description="catalogue name of the face model")
    image_embedding: str | None = Field(None, description="that of the picture model; empty: the catalogue's default")
    text_embedding: str | None = Field(None, description="that of the text model; empty: the catalogue's default")
    speaker_embedding: str | None = Field(None, description="that of the voice model; empty: the catalogue's default")
    sound_events: str | None = Field(None, description="that of the model of sounds; empty: the catalogue's default")


class Media(BaseModel):
    """How media are read, and the caps that untrusted files must keep to."""

    decoder: Literal["pyav", "decord"] = "pyav"
    sample_fps: float = Field(5.0, gt=0, le=30, description="analysed frames per second")
    analysis_long_side: int = Field(1280, ge=64, le=8192, description="pixels of the longer side")
    strip_long_side: int = Field(320, ge=32, le=1280, description="pixels of the grey strip's longer side")
    strip_max_fps: float = Field(30.0, ge=12.5, description="frames per second in the grey strip at most")
    max_pixels: int = Field(100_000_000, description="width x height of one frame or picture")
    max_duration_s: float = Field(24 * 3600.0)
    max_frames: int = Field(10_000_000)
    max_streams: int = Field(64)
    child_memory_mb: int = Field(4096, description="address space of the contained decoder")
    child_cpu_s: int = Field(600, description="CPU seconds of the contained decoder for one segment")


class Identity(BaseModel):
    """When two tracks are one person, in log-odds (natural logarithm)."""

    join: float = Field(0.0, description="joined at or above")
    review: float = Field(-2.0, description="shown for review at or above")


class RaySettings(BaseModel):
    """How Ray is reached and how much of the machine it may take."""

    address: str | None = Field(None, description="address of a running cluster; empty: the local stack's")
    num_cpus: int | None = Field(None, ge=1, description="empty: all cores")
    object_store_mb: int = Field(512, ge=80)
    start_timeout_s: float = Field(180.0, gt=0)
    placement: Literal["auto", "fused", "split"] = Field(
        "auto", description="fused: workers decode and run the models; split: they are apart; auto: by the cluster"
    )
    workers: int | None = Field(None, ge=1, description="workers that run models; empty: by CPUs, or by GPUs")
    decoders: int | None = Field(None, ge=1, description="workers that decode where they are apart; empty: by CPUs")
    gpus_per_worker: float = Field(1.0, gt=0, le=1, description="part of a GPU that a worker takes where there is one")


class Worker(BaseModel):
    """The resident fleet: a process that takes segments from the queue."""

    idle_s: float = Field(300.0, ge=0, description="after so long without work its workers are let go")
    renew_segments: int = Field(2000, ge=1, description="after so many segments they are made anew")
    lease_s: float = Field(30.0, ge=5, description="a segment that nobody answers for so long is given to another")
    fuse_after_s: float = Field(30.0, ge=0, description="first results of a long medium are linked after so long")


class Metrics(BaseModel):
    """How long metrics are kept, and how old the figures made of them may become."""

    keep_months: int = Field(13, ge=1, description="whole months of metrics that are kept")
    refresh_s: float = Field(300.0, ge=0, description="age from which the figures are made anew by and by")


class Local(BaseModel):
    """The supervised local servers. A port of 0 is chosen freely."""

    postgres_port: int = Field(0, ge=0, le=65535)
    documents_port: int = Field(0, ge=0, le=65535)
    vectors_port: int = Field(0, ge=0, le=65535)
    dashboard_port: int = Field(0, ge=0, le=65535)
    relay: bool = Field(True, description="carry changes into documents and vectors in the background")
    worker: bool = Field(True, description="keep workers ready that analyze what is queued")
    unprivileged_user: str | None = Field(
        None, description="as root, PostgreSQL runs as this existing user; empty: postgres or nobody"
    )


class Settings(BaseSettings):
    """Every setting of AIMA."""

    model_config = SettingsConfigDict(env_prefix="AIMA_", env_nested_delimiter="__", extra="ignore", frozen=True)

    home: Place = Field(
        default_factory=default_home, validate_default=True, description="data directory of the local stack"
    )
    archive: Place | None = Field(None, description="directory of observations and crops; empty: <home>/archive")
    user: str = Field("local", description="name under which media are owned and decisions are made")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    stores: Stores = Stores()
    models: Models = Models()
    media: Media = Media()
    identity: Identity = Identity()
    ray: RaySettings = RaySettings()
    worker: Worker = Worker()
    metrics: Metrics = Metrics()
    local: Local = Local()

    @property
    def models_dir(self) -> Path:
        """Directory of the built weights."""
        return self.models.dir or self.home / "models"

    @property
    def archive_dir(self) -> Path:
        """Directory of observations and crops."""
        return self.archive or self.home / "archive"


@functools.cache
def load_settings() -> Settings:
    """The settings of this process.

    Raises:
        SettingInvalid: a variable does not have the form that its field needs.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "AIMA_" + "__".join(str(part) for part in first["loc"]).upper()
        raise SettingInvalid(f"{name}: {first['msg']}", "correct or unset the variable") from error
