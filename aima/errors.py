"""The tree of errors. A class is a fact; its code is stable and may be matched by programs.

AimaError
├── SettingInvalid            the settings contradict themselves or name something that is not there
├── LabelsInvalid             what is to be measured against cannot be read
├── OutputRefused             a result would replace something that AIMA did not write, or cannot be written
├── MediaError                about one file; never stops the others
│   ├── MediaMissing          no such file, or not readable
│   ├── MediaEmpty            zero bytes
│   ├── MediaUnknown          the bytes are no video, sound or picture that AIMA reads
│   ├── MediaRefused          a playlist, archive or other container that could reach further files
│   ├── MediaTooLarge         over a cap: pixels, frames, duration, streams
│   ├── MediaChanged          the file was written to while it was read (retryable)
│   ├── MediaCorrupt          recognised, but nothing in it can be decoded
│   └── DecoderDied           the contained decoder crashed, ran over its limits or said what cannot be
├── ModelError
│   ├── ModelUnknown          not in the catalogue
│   ├── ModelMissing          in the catalogue, weights not built yet
│   ├── ModelCorrupt          a checksum differs
│   ├── ModelRefused          its licence, format or code is not allowed here
│   ├── ModelBehind           the archive was not analysed with it, so it cannot answer yet
│   └── ModelUnavailable      a package or a hub could not be reached
├── PlanInvalid               an analyzer reads a column that nothing gives
├── AnalysisFailed            an analysis ended without all of its segments
├── AnalysisLeft              nobody waits for an analysis any more; it goes on
├── JobError                  several jobs have this id, or it has ended
│   └── JobUnknown            no job has this id, and no medium
├── PersonError
│   ├── PersonUnknown         no person has this id or name
│   ├── EventUnknown          no such event in the ledger
│   └── DecisionImpossible    the decision contradicts the evidence or an earlier decision
├── DocumentRefused           what is known of one medium or person does not fit into a document
├── QueryInvalid              a search asks for nothing, or for something that cannot be
├── LedgerBroken              the hash chain does not hold
├── StoreError
│   ├── StoreUnreachable      the database does not answer (retryable)
│   ├── StoreOutdated         the schema is older or newer than this version of AIMA
│   ├── ArchiveDamaged        a file of the archive is missing or not what was written (retryable)
│   └── DiskFull              no space left under the data directory
└── StackError
    ├── StackDown             the local stack is not running
    ├── ServerFailed          a supervised server did not start or went away
    ├── PortTaken             a fixed port is in use by another process
    ├── WorkerRunning         the data directory has a worker already
    └── HomeUnusable          the data directory cannot be used
"""

from __future__ import annotations

from typing import ClassVar


class AimaError(Exception):
    """Root of every error that AIMA raises on purpose.

    `message` names the thing and what is wrong with it, `remedy` says what to do. Both are one line.
    """

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __reduce__(self) -> tuple[type[AimaError], tuple[str, str]]:
        return type(self), (self.message, self.remedy)

    def as_dict(self) -> dict[str, str | bool]:
        """The error as it appears in JSON output."""
        return {
            "code": self.code,
            "message": self.message,
            "remedy": self.remedy,
            "retryable": self.retryable,
        }


class SettingInvalid(AimaError):
    """The settings contradict themselves or name something that is not there."""

    code, http_status, exit_code = "setting_invalid", 400, 2


class LabelsInvalid(AimaError):
    """The labels that an evaluation measures against cannot be read, or there are none."""

    code, http_status, exit_code = "labels_invalid", 400, 2


class OutputRefused(AimaError):
    """A result would replace something that AIMA did not write, or cannot be written there."""

    code, http_status, exit_code = "output_refused", 409, 2


class MediaError(AimaError):
    """About one file; never stops the others."""

    code, http_status, exit_code = "media_error", 422, 3


class MediaMissing(MediaError):
    """No such file, or it cannot be read."""

    code, http_status = "media_missing", 404


class MediaEmpty(MediaError):
    """The file has zero bytes."""

    code = "media_empty"


class MediaUnknown(MediaError):
    """The bytes are no video, sound or picture that AIMA reads."""

    code, http_status = "media_unknown", 415


class MediaRefused(MediaError):
    """A playlist, archive or other container that could reach further files."""

    code, http_status = "media_refused", 415


class MediaTooLarge(MediaError):
    """Over a cap: pixels, frames, duration or streams."""

    code, http_status = "media_too_large", 413


class MediaChanged(MediaError):
    """The file was written to while it was read."""

    code, http_status, retryable = "media_changed", 409, True


class MediaCorrupt(MediaError):
    """Recognised, but nothing in it can be decoded."""

    code = "media_corrupt"


class DecoderDied(MediaError):
    """The contained decoder crashed, ran over its limits or said what cannot be."""

    code = "decoder_died"


class ModelError(AimaError):
    """About one model of the catalogue."""

    code, exit_code = "model_error", 4


class ModelUnknown(ModelError):
    """Not in the catalogue."""

    code, http_status = "model_unknown", 404


class ModelMissing(ModelError):
    """In the catalogue, but its weights are not built yet."""

    code, http_status = "model_missing", 503


class ModelCorrupt(ModelError):
    """A checksum differs from the catalogue."""

    code = "model_corrupt"


class ModelRefused(ModelError):
    """Its licence, format or code is not allowed here."""

    code, http_status = "model_refused", 403


class ModelBehind(ModelError):
    """The archive was not, or not wholly, analysed with it: it cannot answer yet."""

    code, http_status = "model_behind", 409


class ModelUnavailable(ModelError):
    """A package registry or a model hub could not be reached."""

    code, http_status, retryable = "model_unavailable", 503, True


class PlanInvalid(AimaError):
    """An analyzer reads a column that nothing before it gives."""

    code, http_status, exit_code = "plan_invalid", 400, 2


class AnalysisFailed(AimaError):
    """An analysis ended without all of its segments."""

    code, retryable = "analysis_failed", True


class AnalysisLeft(AimaError):
    """Nobody waits for an analysis any more; it goes on."""

    code, http_status, exit_code = "analysis_left", 202, 130


class JobError(AimaError):
    """Several jobs have this id, or what has ended cannot be steered."""

    code, http_status = "job_error", 409


class JobUnknown(JobError):
    """No job has this id, and no medium."""

    code, http_status = "job_unknown", 404


class PersonError(AimaError):
    """About persons and decisions on them."""

    code, http_status, exit_code = "person_error", 409, 5


class PersonUnknown(PersonError):
    """No person has this id or name."""

    code, http_status = "person_unknown", 404


class EventUnknown(PersonError):
    """No such event in the ledger."""

    code, http_status = "event_unknown", 404


class DecisionImpossible(PersonError):
    """The decision contradicts the evidence or an earlier decision."""

    code = "decision_impossible"


class DocumentRefused(AimaError):
    """What is known of one medium or person does not fit into a document; others are not concerned."""

    code, exit_code = "document_refused", 7


class QueryInvalid(AimaError):
    """A search asks for nothing, or for something that cannot be."""

    code, http_status, exit_code = "query_invalid", 400, 2


class LedgerBroken(AimaError):
    """The hash chain of the ledger does not hold."""

    code, exit_code = "ledger_broken", 6


class StoreError(AimaError):
    """About a database or the disk."""

    code, http_status, exit_code = "store_error", 503, 7


class StoreUnreachable(StoreError):
    """The database does not answer."""

    code, retryable = "store_unreachable", True


class StoreOutdated(StoreError):
    """The schema is older or newer than this version of AIMA."""

    code = "store_outdated"


class ArchiveDamaged(StoreError):
    """A file of the archive is missing, or not what was written."""

    code, http_status, retryable = "archive_damaged", 500, True


class DiskFull(StoreError):
    """No space is left under the data directory."""

    code, http_status = "disk_full", 507


class StackError(AimaError):
    """About the local stack."""

    code, http_status, exit_code = "stack_error", 503, 8


class StackDown(StackError):
    """The local stack is not running."""

    code, retryable = "stack_down", True


class ServerFailed(StackError):
    """A supervised server did not start or went away."""

    code, retryable = "server_failed", True


class PortTaken(StackError):
    """A fixed port is in use by another process."""

    code = "port_taken"


class WorkerRunning(StackError):
    """The data directory has a worker already, and two would be in each other's way."""

    code, http_status = "worker_running", 409


class HomeUnusable(StackError):
    """The data directory cannot be used."""

    code = "home_unusable"
