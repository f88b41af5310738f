"""Read articles: from paths, frames and mappings to batches of checked articles."""
