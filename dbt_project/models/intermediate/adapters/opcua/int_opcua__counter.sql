{{ config(materialized='table') }}
{{ counters_from_readings(ref('int_opcua__counter_reading')) }}
