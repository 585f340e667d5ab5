"""The code location: what Dagster's server and daemon load, with home and plant from the environment.

Here: the attribute ``defs`` and nothing else. Not here: what it is made of (``orchestration.defs``). The command line
does not import this module; it assembles the definitions of the home and plant that it was given.
"""

from ingestion.settings import quiet_third_parties
from orchestration.defs.assemble import assemble
from orchestration.lib.dbt_project import prepare_manifest
from orchestration.lib.workspace import open_workspace

quiet_third_parties()
_workspace = open_workspace()
defs = assemble(_workspace, prepare_manifest(_workspace))
