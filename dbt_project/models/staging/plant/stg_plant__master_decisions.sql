with source as (
    select * from {{ source('plant', 'master_decisions') }}
),

renamed as (
    select
        decision as decision_no,
        entity,
        action,
        source_system,
        source_key,
        other_system,
        other_key,
        attribute as attribute_name,
        value as attribute_value,
        reason,
        decided_by,
        decided_on,
        _ingested_at
    from source
)

select * from renamed
