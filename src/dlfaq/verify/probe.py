"""Asks a worker of a cluster what it has installed.

The scheduler sends this module's code itself, not its name: on a worker without dlfaq nothing of
dlfaq can be imported.
"""


def probe() -> dict[str, str]:
    """The versions of `dlfaq.verify.remote.installed`; what cannot be imported is missing."""
    try:
        from dlfaq.verify.remote import installed

        return installed()
    except ImportError as error:
        return {"missing": str(error)}
