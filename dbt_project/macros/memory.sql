{#-
    Before a build: what an increment may hold in memory. Without a limit the engine keeps every block of the tables that it has
    read, tests included, so a day would hold what the history holds. Each of its threads holds blocks of its own, so the limit
    grows with them: 300 MB on two cores. A full build takes what it finds.
-#}
{% macro limit_memory_of_increment() -%}
    {{ return(adapter.dispatch('limit_memory_of_increment')()) }}
{%- endmacro %}
{% macro duckdb__limit_memory_of_increment() -%}
    {%- if execute and not flags.FULL_REFRESH -%}
        {%- set threads = run_query("select current_setting('threads')").columns[0].values()[0] -%}
set memory_limit = '{{ 150 * threads }}MB'
    {%- endif -%}
{%- endmacro %}
{% macro default__limit_memory_of_increment() -%}
{%- endmacro %}
