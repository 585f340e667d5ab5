with nodes as (
    select * from {{ ref('stg_opcua_nodeset__nodes') }}
),

paths as (
    select * from {{ ref('stg_opcua_nodeset__browse_paths') }}
),

-- What a machine reports: scalar numbers and booleans of instances. Properties only describe them.
measured as (
    select
        nodes.*,
        paths.browse_path as full_path
    from nodes
    inner join paths on nodes.node_id = paths.node_id
    where
        nodes.node_class = 'Variable'
        and nodes.declared_in is null
        and nodes.parent_reference is distinct from 'HasProperty'
        and nodes.value_rank = -1
        and paths.browse_path like '/Objects/%'
        and nodes.data_type_name in (
            'Boolean', 'SByte', 'Byte', 'Int16', 'UInt16', 'Int32', 'UInt32', 'Int64', 'UInt64',
            'Float', 'Double', 'Number', 'Integer', 'UInteger', 'Duration'
        )
),

named as (
    select
        *,
        substr(full_path, length('/Objects/') + 1) as uns_path,
        {{ replace_all('browse_name', '([a-z0-9])([A-Z])', '\\1_\\2') }} as words
    from measured
),

proposed as (
    select
        node_id,
        right({{ replace_all('upper(uns_path)', '[^A-Z0-9_.:-]+', '.') }}, 60) as tag,
        lower({{ replace_all('words', '[^A-Za-z0-9]+', '_') }}) as measurement,
        coalesce(description, display_name, browse_name) as signal_description,
        coalesce(eu_name, '1') as unit,
        case
            when data_type_name in ('Float', 'Double', 'Number') then 'linear'
            else 'step'
        end as interpolation,
        eu_range_low,
        eu_range_high,
        uns_path
    from named
)

select * from proposed
