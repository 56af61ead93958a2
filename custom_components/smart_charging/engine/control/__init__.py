"""One tick: from a snapshot to a decision, stage by stage. `step` is the recipe; each stage has a file."""
