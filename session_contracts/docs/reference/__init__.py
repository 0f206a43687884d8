"""Reference pages that are generated, as Markdown: the command line, and the control API."""
