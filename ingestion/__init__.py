"""Ingestion: from the files and servers of a plant to raw Delta tables.

Belongs here: contracts, plant configuration, readers of formats, the writer of the lake.
Does not belong here: gates that judge a batch (quality), models (dbt_project), schedules and assets (orchestration).
Imports nothing of the upper rooms: no Dagster, no dbt, no Great Expectations.
"""

import os

# Arrow's own allocator keeps what threads have freed until the process ends: 170 of 780 MiB after the loads of a day.
# It is chosen when pyarrow is imported, so that whoever embeds this package has to import it before; what is set stays.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
