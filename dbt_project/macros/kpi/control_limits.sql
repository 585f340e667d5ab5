{#-
    Constants of control charts for a normal characteristic (Montgomery, Introduction to Statistical Quality Control, appendix VI;
    ISO 7870-2). d2: mean range of two values over sigma. c4: mean sample standard deviation of n values over sigma; beyond
    25 values 4(n - 1) / (4n - 3), which is below 2e-5 off there.
-#}
{% macro d2_of_two() -%} 1.128e0 {%- endmacro %}


{% macro c4(n) -%}
case {{ n }}
    {%- for constant in [
        0.7979, 0.8862, 0.9213, 0.9400, 0.9515, 0.9594, 0.9650, 0.9693, 0.9727, 0.9754, 0.9776, 0.9794, 0.9810, 0.9823,
        0.9835, 0.9845, 0.9854, 0.9862, 0.9869, 0.9876, 0.9882, 0.9887, 0.9892, 0.9896,
    ] %}
    when {{ loop.index + 1 }} then {{ constant }}e0
    {%- endfor %}
    else 4e0 * ({{ n }} - 1) / (4e0 * {{ n }} - 3)
end
{%- endmacro %}
