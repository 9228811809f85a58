"""Every promise of the generated project, seen from outside, and seen to break when its wire is cut."""
