{#-
    States of standard state models as rows of the state map: (state, mode, order registered, planned, reason code, time
    element, maintenance). Plants choose one per system in plant.yml (production: state_models). Reason codes are those of
    the common stop code tree; maintenance is 'cmt', 'pmt' or ''.

    packml          ANSI/ISA-TR88.00.02, OPC 30050: 17 states, unit modes
    weihenstephan   OPC 40600: PackML with the substates of Held and Suspended
    opc_40001_1     MachineryItemState x MachineryOperationMode; ready without executing is idle: down although available
    opc_40501       the same state machines on a machine tool; an interrupted order is a delay, not a wait
-#}
{% macro state_model(name) -%}
    {%- set any = '*' -%}
    {%- set down = [
        ['Clearing', any, any, any, '40000', 'adet', ''], ['Stopped', any, 'true', any, '40000', 'adet', ''],
        ['Stopped', any, 'false', any, '170000', 'adot', ''], ['Stopped', any, any, 'false', '160000', 'not_scheduled', ''],
        ['Aborting', any, any, any, '180000', 'adet', ''], ['Aborted', any, any, any, '180000', 'adet', 'cmt'],
        ['Idle', any, 'true', any, '40000', 'adet', ''], ['Idle', any, 'false', any, '170000', 'adot', ''],
        ['Idle', any, any, 'false', '160000', 'not_scheduled', ''],
    ] -%}
    {%- set passing = [] -%}
    {%- for state in ['Starting', 'Resetting', 'Stopping', 'Holding', 'Unholding', 'Suspending', 'Unsuspending', 'Completing',
                      'Completed', 'Complete'] -%}
        {%- do passing.append([state, any, any, any, '40000', 'adet', '']) -%}
    {%- endfor -%}
    {%- set packml = down + passing + [
        ['Execute', any, any, any, '10000', 'apt', ''], ['Execute', 'Manual', any, any, '130000', 'aust', ''],
        ['Execute', 'Maintenance', any, any, '210000', 'pdt', 'pmt'], ['Stopped', 'Maintenance', any, any, '210000', 'pdt', 'pmt'],
        ['Idle', 'Maintenance', any, any, '210000', 'pdt', 'pmt'], ['Held', any, any, any, '40000', 'adet', ''],
        ['Suspended', any, any, any, '60000', 'adot', ''],
    ] -%}
    {%- set weihenstephan = packml + [
        ['EquipmentFailure', any, any, any, '180000', 'adet', 'cmt'], ['ExternalFailure', any, any, any, '190000', 'adet', ''],
        ['Lack', any, any, any, '60000', 'adot', ''], ['LackBranchLine', any, any, any, '60000', 'adot', ''],
        ['Tailback', any, any, any, '70000', 'adot', ''], ['TailbackBranchLine', any, any, any, '70000', 'adot', ''],
        ['Prepared', any, any, any, '40000', 'adot', ''],
    ] -%}
    {%- set machinery = [
        ['Executing', any, any, any, '10000', 'apt', ''], ['Executing', 'Setup', any, any, '130000', 'aust', ''],
        ['Executing', 'Maintenance', any, any, '210000', 'pdt', 'pmt'],
        ['NotExecuting', 'Setup', any, any, '130000', 'aust', ''],
        ['NotExecuting', 'Maintenance', any, any, '210000', 'pdt', 'pmt'],
        ['NotExecuting', any, 'false', any, '170000', 'adot', ''],
        ['NotExecuting', any, any, 'false', '160000', 'not_scheduled', ''],
        ['OutOfService', any, any, any, '180000', 'adet', 'cmt'],
        ['OutOfService', 'Maintenance', any, any, '210000', 'pdt', 'pmt'],
        ['NotAvailable', any, any, any, '30000', 'no_data', ''],
        ['NotAvailable', any, any, 'false', '160000', 'not_scheduled', ''],
    ] -%}
    {{- return({
        'packml': packml,
        'weihenstephan': weihenstephan,
        'opc_40001_1': machinery + [['NotExecuting', any, 'true', any, '40000', 'adot', '']],
        'opc_40501': machinery + [['NotExecuting', any, 'true', any, '40000', 'adet', '']],
    }[name]) -}}
{%- endmacro %}


{#- The rows of the chosen presets, in the columns of stg_plant__state_map. -#}
{% macro preset_state_rows() -%}
    {%- set rows = [] -%}
    {%- for system, model_name in (production_parameter('state_models') or {}).items() -%}
        {%- for row in state_model(model_name) -%}{%- do rows.append([system] + row) -%}{%- endfor -%}
    {%- endfor -%}
    {%- for row in rows %}
{{ 'union all' if not loop.first }}
select
    '{{ row[0] }}' as source_system,
    '{{ row[1] }}' as state,
    '{{ row[2] }}' as mode,
    '{{ row[3] }}' as order_registered,
    '{{ row[4] }}' as planned,
    '{{ row[5] }}' as reason_code,
    '{{ row[6] }}' as time_element,
    {{ 'true' if row[7] == 'cmt' else 'false' }} as is_corrective_maintenance,
    {{ 'true' if row[7] == 'pmt' else 'false' }} as is_preventive_maintenance
    {%- else %}
select
    cast(null as string) as source_system, cast(null as string) as state, cast(null as string) as mode,
    cast(null as string) as order_registered, cast(null as string) as planned, cast(null as string) as reason_code,
    cast(null as string) as time_element, false as is_corrective_maintenance, false as is_preventive_maintenance
where false
    {%- endfor %}
{%- endmacro %}
