"""The settings of the five packages, found where they live: `<package>/settings.py`."""

import importlib
import inspect

from pydantic_settings import BaseSettings

from tests.architecture.tree import ROOT

PREFIXES = {
    "contactbook": "CONTACTBOOK_",
    "channels": "CHANNELS_",
    "billing": "BILLING_",
    "portal_bridge": "PORTAL_",
    "admin": "ADMIN_",
}


def classes(package: str) -> list[type[BaseSettings]]:
    """The settings classes that `package` defines itself; none, when it has no settings yet."""
    if not (ROOT / package / "settings.py").exists():
        return []
    module = importlib.import_module(f"{package}.settings")
    return [
        kind
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, BaseSettings) and kind.__module__ == module.__name__
    ]


def variables() -> set[str]:
    """Every environment variable that means something to us."""
    return {
        f"{kind.model_config.get('env_prefix', '')}{field}".upper()
        for package in PREFIXES
        for kind in classes(package)
        for field in kind.model_fields
    }
