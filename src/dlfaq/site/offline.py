"""A site that is read from its folder, without a server: what Material's search needs there."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

SHIM = (
    "assets/vendor/iframe-worker/iframe-worker-shim.js"  # else the plugin names one on another host
)
SERVED = "navigation.instant"  # what asks a server for the next page


def for_folder(config: "MkDocsConfig") -> None:
    """Change a configuration so that the site works when its files are opened as they are."""
    from material.plugins.offline.plugin import OfflinePlugin

    name = "material/offline"
    if name not in config.plugins:
        plugin = OfflinePlugin()
        plugin.load_config({})
        config.plugins[name] = plugin
    config.use_directory_urls = False
    polyfills = config.extra.setdefault("polyfills", [])
    if SHIM not in polyfills:
        polyfills.append(SHIM)
    features = config.theme.get("features") or []
    config.theme["features"] = [one for one in features if not one.startswith(SERVED)]
