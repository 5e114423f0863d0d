"""What to show: Account → Scene, one file per diagram."""
