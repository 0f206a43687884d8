"""The public face: the command line. Everything else of this project is internal and may move."""
