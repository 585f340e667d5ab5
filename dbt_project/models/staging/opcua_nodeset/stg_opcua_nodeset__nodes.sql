with source as (
    select * from {{ source('opcua_nodeset', 'nodes') }}
),

renamed as (
    select
        node_id,
        namespace_uri,
        node_class,
        browse_name,
        browse_namespace_uri,
        display_name,
        description,
        browse_path,
        path_root,
        parent_node_id,
        parent_reference,
        other_parents,
        declared_in,
        modelling_rule,
        type_definition,
        type_definition_name,
        data_type,
        data_type_name,
        value_rank,
        array_dimensions,
        access_level,
        value,
        eu_name,
        eu_description,
        eu_unit_id,
        eu_code,
        eu_namespace_uri,
        eu_range_low,
        eu_range_high,
        needs,
        problem,
        model_uri,
        model_version,
        model_published_at,
        _source_file,
        _ingested_at,
        _source_row
    from source
)

select * from renamed
