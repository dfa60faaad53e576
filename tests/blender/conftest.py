import os

collect_ignore = [] if "TWOK2K_INSIDE_BLENDER" in os.environ else ["inside"]
