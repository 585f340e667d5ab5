"""Pages for a first look at a release: OEE, downtime, scrap, delivery, maintenance and energy.

Here: which marts are shown and how. Not here: any arithmetic (the marts hold it), releases (`release`), the
command (`orchestration.cli.dashboard`). vizro serves all its assets itself: nothing is asked of other hosts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import pandas as pd
import vizro.models as vm
import vizro.plotly.express as px
from vizro import Vizro
from vizro.models.types import capture
from vizro.tables import dash_ag_grid

from serving.release import Release

HOUR = "/ 3600.0"


def serve(release: Release, *, host: str, port: int) -> None:
    """Serve the dashboard of one release until it is stopped. Raises OSError if the port is taken."""
    Vizro._reset()
    app = Vizro().build(build_dashboard(release))
    app.run(host=host, port=port, debug=False)


def build_dashboard(release: Release) -> vm.Dashboard:
    """All pages over the tables of one release; frames are read once, so the numbers never mix releases."""
    with duckdb.connect(str(release.duckdb_path), read_only=True) as con:
        con.execute("set timezone = 'UTC'")
        pages = [page(con) for page in (_oee, _downtime, _quality, _delivery, _maintenance, _energy)]
    return vm.Dashboard(title=f"Tundish, release {release.release_id}", pages=pages)


def _frame(con: duckdb.DuckDBPyConnection, sql: str) -> pd.DataFrame:
    return con.execute(sql).df()


def _page(
    title: str, text: str, components: Sequence[Any], filters: Sequence[str] = (), targets: Sequence[str] = ()
) -> vm.Page:
    """A page that says first what it shows and how to read it."""
    return vm.Page(
        title=title,
        layout=vm.Flex(),
        components=[vm.Text(text=text), *components],
        controls=[vm.Filter(column=column, targets=list(targets) or None) for column in filters],
    )


def _table(frame: pd.DataFrame, title: str) -> vm.Table:
    return vm.Table(title=title, figure=dash_ag_grid(data_frame=frame))


@capture("graph")  # type: ignore[untyped-decorator] # vizro ships no types
def pareto(data_frame: pd.DataFrame) -> Any:
    """Stop hours per reason over the chosen lines, the longest on top, coloured by loss category."""
    summed = data_frame.groupby(["reason", "loss category"], as_index=False)["hours"].sum()
    figure = px.bar(summed, x="hours", y="reason", color="loss category", orientation="h")
    return figure.update_layout(yaxis={"categoryorder": "total ascending", "title": None}, height=560)


def _oee(con: duckdb.DuckDBPyConnection) -> vm.Page:
    lines = _frame(
        con,
        """
        select site_code as site, line, round(100 * availability, 2) as "A %",
            round(100 * effectiveness, 2) as "E %", round(100 * quality_ratio, 2) as "Q %",
            round(100 * oee, 2) as "OEE %", round(100 * teep, 2) as "TEEP %", good_qty as good, scrap_qty as scrap
        from mart_oee__line order by all
        """,
    )
    days = _frame(
        con,
        """
        select line, production_day as "production day", 100 * sum(planned_run_good_s) / nullif(sum(pbt_s), 0) as "OEE %"
        from mart_oee__equipment_day group by all having sum(pbt_s) > 0 order by all
        """,
    )
    return _page(
        "OEE",
        "OEE = planned run time of good pieces / planned busy time (ISO 22400-2), from sums, never from averages.",
        [
            _table(lines, "By line, whole period"),
            vm.Graph(
                id="oee_by_day",
                title="By line and production day, in percent",
                figure=px.line(days, x="production day", y="OEE %", color="line", markers=True),
            ),
        ],
        ["line"],
        ["oee_by_day"],
    )


def _downtime(con: duckdb.DuckDBPyConnection) -> vm.Page:
    reasons = _frame(
        con,
        f"""
        select line, coalesce(reason_name, 'no reason given') as reason, coalesce(loss_category, 'none') as "loss category",
            round(sum(duration_s) {HOUR}, 2) as hours, sum(stop_count)::bigint as stops
        from mart_downtime__pareto group by all order by hours desc
        """,
    )
    return _page(
        "Downtime",
        "Hours of set-up, delay, down and planned stops by reason.",
        [
            vm.Graph(id="pareto", title="Hours by reason", figure=pareto(reasons)),
            _table(reasons, "Reasons by line"),
        ],
        ["line"],
        ["pareto"],
    )


def _quality(con: duckdb.DuckDBPyConnection) -> vm.Page:
    scrap = _frame(
        con,
        """
        select coalesce(material_name, material_id) as material,
            coalesce(scrap_reason_name, 'no reason given') as reason, sum(scrap_qty)::double as scrap
        from mart_quality__scrap group by all having sum(scrap_qty) > 0 order by scrap desc
        """,
    )
    return _page(
        "Quality",
        "Scrapped quantity by material and reason.",
        [
            vm.Graph(
                title="The 25 largest",
                figure=px.bar(scrap.head(25), x="material", y="scrap", color="reason"),
            ),
            _table(scrap, "All"),
        ],
    )


def _delivery(con: duckdb.DuckDBPyConnection) -> vm.Page:
    orders = _frame(
        con,
        """
        select order_id as "order", material_name as material, due_date::varchar as due, actual_end_date::varchar as finished, late_days as "late days",
            ordered_qty::double as ordered, received_qty::double as received, quantity_unit as unit
        from mart_delivery__order where is_late order by late_days desc, order_id limit 500
        """,
    )
    years = _frame(
        con,
        """
        select start_year::varchar as start_year, sum(order_count)::bigint as orders,
            sum(late_order_count)::bigint as late
        from mart_delivery__summary group by all order by all
        """,
    )
    return _page(
        "Delivery",
        "Production orders finished after their due date.",
        [
            vm.Graph(
                title="Orders by year of start",
                figure=px.bar(years, x="start_year", y=["orders", "late"], barmode="group"),
            ),
            _table(orders, "Late orders, the latest first (at most 500)"),
        ],
    )


def _maintenance(con: duckdb.DuckDBPyConnection) -> vm.Page:
    machines = _frame(
        con,
        f"""
        select line, equipment_name as equipment, failure_count as failures, round(operating_s {HOUR}, 1) as "operating h",
            round(mtbf_s {HOUR}, 2) as "MTBF h", round(mttr_s {HOUR}, 2) as "MTTR h",
            round(100 * corrective_ratio, 1) as "corrective %"
        from mart_maintenance__equipment order by failures desc, equipment
        """,
    )
    return _page(
        "Maintenance",
        "MTBF over operating time and MTTR over closed repairs; no failure gives no value.",
        [_table(machines, "By equipment")],
    )


def _energy(con: duckdb.DuckDBPyConnection) -> vm.Page:
    days = _frame(
        con,
        """
        select line, production_day as "production day", sum(producing_kwh) as producing, sum(setup_kwh) as setup,
            sum(idle_kwh) as idle, sum(off_kwh) as off
        from mart_energy__equipment_day group by all order by all
        """,
    )
    return _page(
        "Energy",
        "Energy in kWh by production day and machine state.",
        [
            vm.Graph(
                id="energy_by_day",
                title="kWh by day and state",
                figure=px.bar(days, x="production day", y=["producing", "setup", "idle", "off"]),
            )
        ],
        ["line"],
        ["energy_by_day"],
    )
