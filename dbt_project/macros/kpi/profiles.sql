{#-
    OEE as different schools and products reckon it, over a relation with the summed columns of fct_time_element: numerator and
    base of each factor, and the OEE itself. A factor without terms does not take part.

    iso_22400   ISO 22400-2. A = APT / PBT, E = PRI * PQ / APT, Q = GQ / PQ; each product counts by its run time
    nakajima    Total productive maintenance: minor stops and idling lose speed, not availability
    umh         United Manufacturing Hub: speed losses are times, micro stops and low speed; pieces play no part in P
    odoo        productive / (productive + blocked); what is not recorded is not in it
    microsoft   P = (total / run time) / ideal rate: against the pieces that the run time could have made
-#}
{% macro kpi_profiles() -%}
    {%- set quality = ['good_qty', 'produced_qty'] -%}
    {{- return({
        'iso_22400': {
            'availability': ['apt_s', 'pbt_s'], 'performance': ['planned_run_s', 'apt_s'], 'quality': quality,
            'oee': ratio('planned_run_good_s', 'pbt_s'),
        },
        'nakajima': {
            'availability': ['(apt_s + micro_stop_s + adot_s)', 'pbt_s'],
            'performance': ['planned_run_s', '(apt_s + micro_stop_s + adot_s)'], 'quality': quality,
            'oee': ratio('planned_run_good_s', 'pbt_s'),
        },
        'umh': {
            'availability': ['(apt_s + micro_stop_s)', 'pbt_s'],
            'performance': ['(apt_s - low_speed_s)', '(apt_s + micro_stop_s)'], 'quality': quality,
            'oee': ratio('(apt_s - low_speed_s)', 'pbt_s') ~ ' * ' ~ ratio('good_qty', 'produced_qty'),
        },
        'odoo': {
            'availability': ['apt_s', '(apt_s + aust_s + adet_s + adot_s)'], 'performance': none, 'quality': none,
            'oee': ratio('apt_s', '(apt_s + aust_s + adet_s + adot_s)'),
        },
        'microsoft': {
            'availability': ['apt_s', 'pbt_s'], 'performance': ['produced_qty', 'target_qty'], 'quality': quality,
            'oee': ratio('apt_s', 'pbt_s') ~ ' * ' ~ ratio('good_qty', 'target_qty'),
        },
    }) -}}
{%- endmacro %}


{#- Numerator (0) or base (1) of a factor of a profile; null where the factor takes no part. -#}
{% macro profile_term(profile, factor, place) -%}
    {%- set terms = kpi_profiles()[profile][factor] -%}
    cast({{ terms[place] if terms else 'null' }} as double)
{%- endmacro %}


{#- A factor of a profile; null where it takes no part. -#}
{% macro profile_factor(profile, factor) -%}
    {%- set terms = kpi_profiles()[profile][factor] -%}
    {{ ratio(terms[0], terms[1]) if terms else 'cast(null as double)' }}
{%- endmacro %}
