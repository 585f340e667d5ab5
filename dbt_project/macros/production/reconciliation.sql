{#-
    Why the ERP tells other quantities than the counters; null where they agree to half a piece. The first that holds
    counts: what the ERP itself shows, then what the machine's data lacks (around a
    reset no more than it makes in that time), then how the difference looks.
-#}
{% macro difference_cause(row, moved_by) -%}
    {%- set passed, scrap = row ~ '.passed_difference_qty', row ~ '.scrap_difference_qty' -%}
case
    when abs({{ passed }}) < 0.5 and abs({{ scrap }}) < 0.5 then null
    when {{ row }}.other_unit_confirmations > 0 then 'unit'
    when
        {{ row }}.repeated_passed_qty + {{ row }}.repeated_scrap_qty > 0
        and {{ row }}.repeated_passed_qty = {{ passed }} and {{ row }}.repeated_scrap_qty = {{ scrap }}
        then 'duplicate'
    when {{ moved_by }} is not null then {{ moved_by }}
    when {{ row }}.erp_confirmations = 0 and {{ row }}.cancelled_confirmations > 0 then 'cancelled_confirmation'
    when
        {{ row }}.erp_confirmations = 0
        and {{ seconds_between(row ~ '.worked_until', row ~ '.site_worked_until') }} < 86400
        then 'not_yet_confirmed'
    when {{ row }}.erp_confirmations = 0 then 'missing_confirmation'
    when {{ passed }} + {{ scrap }} > 0 and {{ row }}.shift_no_data_s > 0 then 'missing_mes_data'
    when {{ passed }} + {{ scrap }} > 0 and {{ row }}.mes_passed_qty + {{ row }}.mes_scrap_qty = 0
        then 'missing_mes_data'
    when
        {{ passed }} + {{ scrap }} > 0
        and ({{ passed }} + {{ scrap }}) * {{ row }}.apt_s
        <= {{ row }}.reset_gap_s * ({{ row }}.mes_passed_qty + {{ row }}.mes_scrap_qty)
        then 'counter_reset'
    when {{ scrap }} < 0 and {{ passed }} = 0 then 'scrap_not_booked'
    when {{ scrap }} < 0 and {{ passed }} = {{ scrap }} * -1 then 'scrap_booked_as_yield'
    when {{ scrap }} = 0 and {{ passed }} = {{ row }}.mes_rework_qty * -1 then 'rework_not_booked'
    else 'unexplained'
end
{%- endmacro %}
