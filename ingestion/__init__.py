"""Ingestion: from the files and servers of a plant to raw Delta tables.

Belongs here: contracts, plant configuration, readers of formats, the writer of the lake.
Does not belong here: gates that judge a batch (quality), models (dbt_project), schedules and assets (orchestration).
Imports nothing of the upper rooms: no Dagster, no dbt, no Great Expectations.
"""

from ingestion.settings import use_system_allocator

use_system_allocator()
