"""Pictures with matplotlib: a canvas in points, type, grids, and one arrangement per diagram."""
