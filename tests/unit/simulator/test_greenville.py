"""The second plant's files and its truth tell one story: logged time, counts, scrap, stock and breakdowns."""

from tests.unit.simulator.conftest import Simulated

# The rows of an Odoo table as they stand after the last day.
CURRENT = """(select * from (select *, row_number() over (partition by id order by filename desc) as age
    from read_parquet('{landing}/odoo/%s.*.parquet', filename = true)) where age = 1)"""


def odoo(table: str) -> str:
    return CURRENT % table


def test_log_and_truth_agree_on_each_element(simulated: Simulated) -> None:
    """Logged seconds per machine and element, with the running entry up to the end, within a second per border."""
    logged = simulated.rows(f"""
        with entry as (
            select workcenter_id, timezone('UTC', date_start) as date_start, loss.name as loss,
                coalesce(timezone('UTC', date_end), (select max(end_at) from '{{truth}}/state_intervals.parquet' where site_code = '2000'))
                    as date_end
            from {odoo("mrp_workcenter_productivity")} log
            join {odoo("mrp_workcenter_productivity_loss")} loss on log.loss_id = loss.id
        )
        select workcenter_id, case when loss like '%Productive Time%' then 'apt' when loss like '%Setup%' or loss like '%Tool%' then 'aust'
            when loss like '%Failure%' or loss like '%Minor%' then 'adet' when loss like '%Break"%' or loss like '%Planned%' then 'pdt'
            else 'adot' end as element, sum(epoch(date_end) - epoch(date_start)), count(*)
        from entry group by all order by all""")
    true = {
        (machine, element): seconds
        for machine, element, seconds in simulated.rows("""
            unpivot (select right(machine, 1)::int as machine, sum(apt_s) as apt, sum(aust_s) as aust, sum(adet_s) as adet,
                sum(adot_s) as adot, sum(pdt_s) as pdt from '{truth}/time_elements.parquet' where site_code = '2000' group by all)
            on apt, aust, adet, adot, pdt into name element value seconds""")
    }
    assert {(machine, element) for machine, element, _, _ in logged} == {key for key, s in true.items() if s}
    for machine, element, seconds, entries in logged:
        assert abs(seconds - true[machine, element]) <= 2 * entries, (machine, element)


def test_entries_of_a_machine_do_not_overlap_and_only_the_last_may_run(simulated: Simulated) -> None:
    broken = simulated.rows(f"""
        select * from (select *, lead(date_start) over (partition by workcenter_id order by id) as next_start
            from {odoo("mrp_workcenter_productivity")})
        where (date_end is null and next_start is not null) or date_end < date_start or date_end > next_start""")
    assert broken == []


def test_an_entry_that_ran_overnight_is_closed_by_a_later_file(simulated: Simulated) -> None:
    [(closed,)] = simulated.rows("""
        select count(*) from read_parquet('{landing}/odoo/mrp_workcenter_productivity.*.parquet', filename = true) early
        join read_parquet('{landing}/odoo/mrp_workcenter_productivity.*.parquet', filename = true) late using (id)
        where early.date_end is null and late.date_end is not null and late.filename > early.filename""")
    assert closed > 0


def test_counter_nodes_add_up_to_quantities(simulated: Simulated) -> None:
    counted = simulated.rows("""
        with total as (
            select split_part(signal, '/', 2) as machine, value::bigint as total,
                lag(value::bigint, 1, 0) over (partition by signal order by reading_at) as before
            from '{landing}/opcua/*.parquet' where signal like '%/PartsTotal'
        )
        select machine, sum(case when total >= before then total - before when machine = 'M01' then total - before + 10000 else total end) from total group by all order by all""")
    true = simulated.rows("""select machine, sum(produced) from '{truth}/quantities.parquet'
        where site_code = '2000' group by all order by all""")
    assert counted == true


def test_scrap_documents_add_up_to_quantities_but_for_what_was_not_booked(simulated: Simulated) -> None:
    booked = simulated.rows(f"""
        select o.name, sum(scrap_qty)::bigint from {odoo("stock_scrap")} s
        join {odoo("mrp_production")} o on s.production_id = o.id group by all order by all""")
    true = simulated.rows("""
        with told as (
            select order_no, scrap from '{truth}/quantities.parquet' where site_code = '2000'
            union all
            select order_no, scrap from '{truth}/misreports.parquet' where site_code = '2000'
        )
        select order_no, sum(scrap)::bigint from told group by all having sum(scrap) > 0 order by all""")
    assert booked == true


def test_breakdowns_have_a_request_with_their_times(simulated: Simulated) -> None:
    missing = simulated.rows(f"""
        select f.* from '{{truth}}/failures.parquet' f left join {odoo("maintenance_request")} r
            on r.id::varchar = f.notification_no and r.maintenance_type = 'corrective'
            and timezone('UTC', r.create_date) = f.reported_started_at
            and (f.reported_ended_at is null and r.close_date is null
                or abs(epoch(f.reported_ended_at) - epoch(f.reported_started_at) - r.duration * 3600) < 0.001)
        where f.site_code = '2000' and r.id is null""")
    assert missing == []


def test_sites_share_codes_of_machines_but_no_numbers_of_materials(simulated: Simulated) -> None:
    machines = simulated.rows("""select machine, count(distinct site_code) from '{truth}/time_elements.parquet'
        group by all order by all""")
    assert [machine for machine, sites in machines if sites == 2] == ["M01", "M02", "M03", "M04", "M05"]
    [(materials,)] = simulated.rows("""select count(*) from (
        select material_no from '{truth}/quantities.parquet' group by all having count(distinct site_code) > 1)""")
    assert materials == 0
