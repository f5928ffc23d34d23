"""Runs TypeScript cells in stock tslab with nbclient. Standard input: a JSON list of cells; prints each cell's outputs as JSON."""

import json
import sys

import nbformat
from nbclient import NotebookClient

cells = [nbformat.v4.new_code_cell(source) for source in json.load(sys.stdin)]
notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": {"name": "tslab", "display_name": "tslab"}})
NotebookClient(notebook, timeout=120, resources={"metadata": {"path": sys.argv[1]}}).execute()
print(json.dumps([cell.outputs for cell in notebook.cells]))
