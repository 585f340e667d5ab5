{%- set first %}
    select
        reason_id,
        reason_name as reason_path,
        reason_name as root_reason_name,
        1 as reason_level
    from reasons
    where parent_reason_id is null
{%- endset %}
{%- set next %}
    select
        reasons.reason_id,
        tree.reason_path || ' / ' || reasons.reason_name as reason_path,
        tree.root_reason_name,
        tree.reason_level + 1 as reason_level
    from reasons
    inner join @previous as tree on reasons.parent_reason_id = tree.reason_id
{%- endset %}

{{ with_recursive() }} reasons as (
    select * from {{ ref('int_master__reason') }}
),

{{ recursion('tree', first, next, 'tree.reason_level', 10) }},

described as (
    select
        {{ surrogate_key(['reasons.reason_id']) }} as reason_key,
        reasons.reason_id,
        reasons.reason_code,
        reasons.reason_name,
        reasons.parent_reason_id,
        coalesce(tree.reason_level, 1) as reason_level,
        coalesce(tree.reason_path, reasons.reason_name) as reason_path,
        coalesce(tree.root_reason_name, reasons.reason_name) as root_reason_name,
        reasons.loss_category
    from reasons
    left join tree on reasons.reason_id = tree.reason_id
)

select * from described
