{{ config(materialized='view', meta={'release': 'none'}) }}

{{ signal_context('fct_signal_hour', 'hour_at') }}
