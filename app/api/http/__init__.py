"""HTTP as the layers and the routes share it: bodies, answers, credentials, problems, conditional reads."""
