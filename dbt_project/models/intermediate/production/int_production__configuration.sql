select max(_source_ingested_at) as _source_ingested_at from {{ ref('int_master__equipment') }}
union all
select max(_source_ingested_at) as _source_ingested_at from {{ ref('int_calendar__shift') }}
union all
select max(_ingested_at) as _source_ingested_at from {{ ref('stg_plant__state_map') }}
