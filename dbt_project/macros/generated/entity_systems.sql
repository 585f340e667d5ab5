{# Generated from models/intermediate/adapters by `python -m orchestration.lib.generate`: rename adapters, not lines here. #}
{% macro entity_systems() %}
  {% set feeders = {
  } %}
  {{ return(feeders) }}
{% endmacro %}
