"""Runs a notebook headless with nbclient and prints it, outputs included, as JSON. Usage: run-notebook.py NOTEBOOK"""

import json
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

path = Path(sys.argv[1])
notebook = nbformat.read(path, as_version=4)
NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
print(json.dumps(notebook))
