"""Whether the user lets Blender use the internet."""

import bpy


def obstacle() -> str:
    """Why nothing can be downloaded, without a full stop; empty if it can."""
    if bpy.app.online_access:
        return ""
    if bpy.app.online_access_override:
        return "Blender was started offline; start it without --offline-mode to download"
    return "To download, allow online access in Preferences > System > Network"
