"""The files and the truth tell one story: time is complete, pieces add up, failures leave their traces."""

from zoneinfo import ZoneInfo

import pytest

from tests.unit.simulator.conftest import Simulated

BERLIN = ZoneInfo("Europe/Berlin")


def test_elements_exhaust_the_calendar_also_when_clocks_change(simulated: Simulated) -> None:
    rows = simulated.rows("""
        select site_code, production_day::varchar, shift_code, calendar_s,
               apt_s + aust_s + adet_s + adot_s + pdt_s + not_scheduled_s + no_data_s
        from '{truth}/time_elements.parquet'""")
    assert len(rows) == (12 + 5) * 3 * 4
    for site, day, shift, calendar, total in rows:
        assert abs(total - calendar) < 1e-6
        assert calendar == (32_400 if (site, day, shift) == ("1000", "2025-10-25", "N") else 28_800)


def test_state_intervals_are_gapless_and_exclusive(simulated: Simulated) -> None:
    broken = simulated.rows("""
        select * from (select *, lead(start_at) over (partition by site_code, machine order by start_at) as next_at
                       from '{truth}/state_intervals.parquet')
        where end_at <= start_at or (next_at is not null and next_at <> end_at)""")
    assert broken == []


def test_counters_add_up_to_quantities(simulated: Simulated) -> None:
    """Differences of the delivered counter readings, by the documented rule, give the true pieces per order."""
    differences = simulated.rows("""
        with reading as (
            select distinct * from read_json('{landing}/mes/counters_*.jsonl', format = 'newline_delimited',
                ignore_errors = true, columns = {{machine: 'VARCHAR', ts: 'VARCHAR', order_no: 'VARCHAR',
                total_count: 'VARCHAR', scrap_count: 'BIGINT', rework_count: 'BIGINT'}})
            where machine is not null and try_cast(total_count as bigint) >= 0 and try_cast(ts as timestamptz) is not null
        ), delta as (
            select *, total_count::bigint as total,
                   lag(total_count::bigint, 1, 0) over w as b, lag(scrap_count, 1, 0) over w as bs,
                   lag(rework_count, 1, 0) over w as br
            from reading window w as (partition by machine order by ts)
        )
        select machine, order_no, sum(case when total < b then total else total - b end),
               sum(case when total < b then scrap_count else scrap_count - bs end),
               sum(case when total < b then rework_count else rework_count - br end)
        from delta group by all having sum(case when total < b then total else total - b end) > 0 order by all""")
    truth = simulated.rows("""
        select machine, order_no, sum(produced), sum(scrap), sum(rework)
        from '{truth}/quantities.parquet' where site_code = '1000' group by all having sum(produced) > 0 order by all""")
    assert differences == truth


def test_confirmations_add_up_to_quantities_but_for_what_was_misreported(simulated: Simulated) -> None:
    """Passed pieces are yield and rework; every difference is one that the truth names with its cause."""
    confirmed = simulated.rows("""
        with line as (
            select *, row_number() over (partition by RUECK, RMZHL order by filename desc) as n
            from read_csv('{landing}/sap_ecc/AFRU_*.csv', delim = ';', header = true, all_varchar = true,
                          encoding = 'latin-1', null_padding = true, ignore_errors = true, filename = true)
            where length(RMZHL) = 8 and MANDT = '100' and ISDD not like '20251340' and AUERU is distinct from 'x'
              and LMNGA not in ('12,3,4', '9.999.999,000') and strlen(STZHL) = 8
        )
        select ltrim(AUFNR, '0'), sum(replace(replace(LMNGA, '.', ''), ',', '.')::double
                + replace(replace(RMNGA, '.', ''), ',', '.')::double),
               sum(replace(replace(XMNGA, '.', ''), ',', '.')::double)
        from line where n = 1 and STOKZ is null and STZHL = '00000000' group by all order by all""")
    truth = simulated.rows("""
        with told as (
            select order_no, good + rework as passed, scrap from '{truth}/quantities.parquet' where site_code = '1000'
            union all
            select order_no, passed, scrap from '{truth}/misreports.parquet' where site_code = '1000'
        )
        select order_no, sum(passed)::double, sum(scrap)::double from told group by all order by all""")
    misreported = simulated.rows(
        "select distinct cause from '{truth}/misreports.parquet' where site_code = '1000'"
    )
    assert len(misreported) >= 4
    assert [row[0] for row in confirmed] == [row[0] for row in truth]
    for row, expected in zip(confirmed, truth, strict=True):
        assert row[1:] == pytest.approx(expected[1:], abs=0.01), row[0]


def test_every_failure_has_its_notification(simulated: Simulated) -> None:
    missing = simulated.rows("""
        with note as (
            select distinct ltrim(QMNUM, '0') as qmnum, MSAUS from
            read_csv('{landing}/sap_ecc/QMIH_*.csv', delim = ';', header = true, all_varchar = true, encoding = 'latin-1')
        )
        select f.notification_no from '{truth}/failures.parquet' f
        left join note on note.qmnum = ltrim(f.notification_no, '0') and note.MSAUS = 'X'
        where f.site_code = '1000' and note.qmnum is null""")
    failures = simulated.rows("select count(*) from '{truth}/failures.parquet'")
    assert failures[0][0] == simulated.summary.failures > 3
    assert missing == []
    others = simulated.rows("""select count(*) from read_csv('{landing}/sap_ecc/QMIH_*.csv', delim = ';', header = true,
        all_varchar = true, encoding = 'latin-1') where MSAUS is null""")
    assert others[0][0] > 0


def test_vibration_rises_before_a_failure(simulated: Simulated) -> None:
    """In the last two hours before a failure the producing machine shakes more than machines do in the middle."""
    rows = simulated.rows("""
        with reading as (
            select split_part(Tag, '.', 2) as machine, try_cast(Value as double) as v,
                   timezone('Europe/Berlin', try_strptime(Timestamp, '%d-%b-%y %H:%M:%S')) as read_at
            from read_csv('{landing}/pi_historian/pi_*.csv', all_varchar = true, header = true, ignore_errors = true,
                          null_padding = true)
            where Tag like '%VIB_RMS' and try_cast(Value as double) between 1.2 and 20
        )
        select f.started_at, (select median(v) from reading r where r.machine = f.machine
                       and r.read_at between f.started_at - interval 2 hour and f.started_at) as before,
               (select median(v) from reading) as usual
        from '{truth}/failures.parquet' f
        where f.site_code = '1000' and f.started_at > (select min(read_at) + interval 3 hour from reading)""")
    assert rows
    for started, before, usual in rows:
        assert before is not None, started
        assert before > 1.2 * usual, (started, before, usual)


def test_archive_rate_is_as_asked(simulated: Simulated) -> None:
    """On average a value of a sensor every 30 s in the first plant, every 90 s in the second, which stands more."""
    pi = """read_csv('{landing}/pi_historian/pi_*.csv', header = true, all_varchar = true, null_padding = true,
        ignore_errors = true, strict_mode = false)"""
    [(first, second, counts)] = simulated.rows(f"""select (select count(*) from {pi}),
        count(*) filter (not regexp_matches(signal, '/(Parts|Job)[A-Za-z]+$')), count(*)
        from '{{landing}}/opcua/*.parquet'""")
    seconds = simulated.summary.days * 86_400
    assert 24 < seconds * 36 / first < 36
    assert 72 < seconds * 20 / second < 120
    assert abs(first + counts - simulated.summary.readings) <= 10
