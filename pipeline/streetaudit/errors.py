"""The errors that a user can mend: printed without a traceback, with what to do next."""


class StreetauditError(Exception):
    """An error that a user can mend; the CLI prints it without a traceback."""

    exit_code = 1


class ConfigError(StreetauditError):
    """The configuration says something that cannot be meant."""


class ClipError(StreetauditError):
    """A clip that cannot be read; in a batch it becomes a value and the rest goes on."""


class TraceError(StreetauditError):
    """A GPS trace that cannot be read or trusted."""


class ModelError(StreetauditError):
    """A model file that is not what its card says, or is not safe to load."""


class DetectionsError(StreetauditError):
    """A file of detections that does not follow the contract."""


class MapError(StreetauditError):
    """A file of zones or cells that cannot be used."""


class StoreError(StreetauditError):
    """The case store or the evidence folder cannot be opened or written."""
