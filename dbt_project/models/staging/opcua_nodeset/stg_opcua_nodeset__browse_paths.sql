{%- set first %}
    select
        node_id,
        browse_path,
        path_root,
        0 as joined_files
    from nodes
{%- endset %}
{%- set next %}
    select
        placed.node_id,
        concat(above.browse_path, '/', placed.browse_path) as browse_path,
        above.path_root,
        placed.joined_files + 1 as joined_files
    from @previous as placed
    inner join nodes as above
        on placed.path_root = above.node_id
    where
        placed.browse_path not like '/%'
        and above.path_root is distinct from placed.path_root
{%- endset %}

{{ with_recursive() }} nodes as (
    select * from {{ ref('stg_opcua_nodeset__nodes') }}
),

-- A path that starts at a node of another file goes on with that node's path, if its nodeset was delivered.
{{ recursion('placed', first, next, 'placed.joined_files', 20) }},

longest as (
    select
        node_id,
        {{ last_by('browse_path', 'joined_files') }} as browse_path,
        {{ last_by('path_root', 'joined_files') }} as path_root,
        max(joined_files) as joined_files
    from placed
    group by node_id
)

select
    node_id,
    browse_path,
    path_root,
    browse_path like '/%' as is_complete,
    joined_files
from longest
