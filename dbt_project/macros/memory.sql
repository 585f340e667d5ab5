{#-
    Before a build: what an increment may hold in memory. Without a limit the engine keeps every block of the tables that it has
    read, tests included, so a day would hold what the history holds. A full build takes what it finds.
-#}
{% macro limit_memory_of_increment() -%}
    {{ return(adapter.dispatch('limit_memory_of_increment')()) }}
{%- endmacro %}
{% macro duckdb__limit_memory_of_increment() -%}
    {%- if not flags.FULL_REFRESH -%}
set memory_limit = '300MB'
    {%- endif -%}
{%- endmacro %}
{% macro default__limit_memory_of_increment() -%}
{%- endmacro %}
