-- Most systems name a person only where one confirms: these are employees too.
with employees as (
    select
        site_code,
        employee_id,
        personnel_class
    from {{ ref('int_personnel__employee') }}
),

confirming as (
    select distinct
        site_code,
        employee_id,
        cast(null as string) as personnel_class
    from {{ ref('int_production__confirmation') }}
    where employee_id is not null
),

known as (
    select * from employees
    union all
    select * from confirming
)

select
    {{ surrogate_key(['employee_id']) }} as employee_key,
    employee_id,
    site_code,
    max(personnel_class) as personnel_class
from known
group by employee_id, site_code
