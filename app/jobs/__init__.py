"""Jobs: work that runs without a request, and the demo story. One file per job."""
