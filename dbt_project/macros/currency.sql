{#-
    Money in the currency of the enterprise. A fact keeps its local amount and currency; a mart joins the rate of the day
    and shows the converted amount beside it. Without a rate there is no converted amount, and no sum that holds one.
-#}
{% macro enterprise_currency() -%}
    {%- set sites = var('sites') | list -%}
    {%- set currency = var('enterprise_currency', '') or (sites | map(attribute='currency') | first if sites else '') -%}
{{ "'" ~ currency ~ "'" if currency else 'cast(null as string)' }}
{%- endmacro %}


{#- Joins the rate that holds on a day (half-open) as `rates`; `newest` takes the newest rate instead. -#}
{% macro join_currency_rate(currency, day=none, newest=false) -%}
left join {{ ref('bridge_currency_rate') }} as rates
    on
        {{ currency }} = rates.from_currency
        {%- if newest %}
        and rates.is_newest
        {%- else %}
        and {{ day }} >= rates.valid_from
        and {{ day }} < rates.valid_to
        {%- endif %}
{%- endmacro %}


{#- An amount at the joined rate; null without a rate. -#}
{% macro at_currency_rate(amount) -%}
cast(cast({{ amount }} as double) * cast(rates.rate as double) as decimal(18, 4))
{%- endmacro %}


{#- The sum of a converted amount; null where one of the amounts has no rate, for a part is no sum. -#}
{% macro sum_converted(amount, converted) -%}
case when count({{ amount }}) = count({{ converted }}) then cast(sum({{ converted }}) as decimal(18, 4)) end
{%- endmacro %}
