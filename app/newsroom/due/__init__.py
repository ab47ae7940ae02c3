"""Due work: what is published or ended by itself when its time comes, and the back-off after failures."""
