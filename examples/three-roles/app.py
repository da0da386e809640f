"""A music school's store of instruments: everybody looks things up, some make reports, a few write things off.

It knows nothing of the gate in front of it: who may do what stands in sekisho.yaml. Run alone with `python app.py`;
`npm run demo:roles` starts it behind the gate.
"""

import csv
import html
import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

# Nothing leaves this machine, and files stay apart from those of other Gradio apps.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
if "GRADIO_TEMP_DIR" not in os.environ:
    os.environ["GRADIO_TEMP_DIR"] = tempfile.mkdtemp(prefix="sekisho-instruments-files-")

import gradio as gr  # noqa: E402  (reads the variables above)

# Apart from GRADIO_TEMP_DIR: what lies there, Gradio may hand out.
DATABASE = Path(os.environ.get("INSTRUMENTS_FOLDER") or tempfile.mkdtemp(prefix="sekisho-instruments-")) / "store.db"

KINDS = ["Strings", "Winds", "Keys", "Percussion"]
INSTRUMENTS = [
    ("V-01", "Violin, 4/4", "Strings", "Cabinet 1", "New strings in May"),
    ("V-02", "Violin, 3/4", "Strings", "Cabinet 1", "Bow rehaired"),
    ("C-01", "Cello", "Strings", "Cabinet 2", "Endpin <loose>, ask before lending"),
    ("K-01", "Koto, 13 strings", "Strings", "Tatami room", "Comes with two stands"),
    ("F-01", "Flute", "Winds", "Drawer 3", "Pads checked"),
    ("F-02", "Shakuhachi, 1.8", "Winds", "Drawer 3", "Keep away from the heater"),
    ("T-01", "Trumpet in B♭", "Winds", "Cabinet 4", "Third valve slow"),
    ("P-01", "Stage piano", "Keys", "Hall", "+ pedal and bench"),
    ("P-02", "Accordion, 96 bass", "Keys", "Cabinet 5", "Carry by two"),
    ("D-01", "Snare drum", "Percussion", "Cellar", "Two spare heads"),
    ("D-02", "Taiko", "Percussion", "Cellar", "Only with ear protection"),
]
LOANS = [
    ("V-01", "Mika Sato", "2026-08", 12),
    ("C-01", "Jonas Weber", "2026-08", 30),
    ("F-02", "Aiko Mori", "2026-09", 21),
    ("V-02", "Lena Fischer", "2026-09", 14),
    ("K-01", "Mika Sato", "2026-09", 9),
    ("T-01", "Tom Berger", "2026-10", 28),
    ("D-02", "Aiko Mori", "2026-10", 3),
    ("P-01", "Jonas Weber", "2026-10", 2),
    ("V-01", "Nora Keller", "2026-10", 17),
]
MONTHS = sorted({month for _, _, month, _ in LOANS}, reverse=True)


def make_store() -> None:
    with closing(sqlite3.connect(DATABASE)) as store, store:
        store.execute("CREATE TABLE instruments (number PRIMARY KEY, name, kind, place, note)")
        store.execute("CREATE TABLE loans (number, borrower, month, days)")
        store.executemany("INSERT INTO instruments VALUES (?, ?, ?, ?, ?)", INSTRUMENTS)
        store.executemany("INSERT INTO loans VALUES (?, ?, ?, ?)", LOANS)


def open_store(*columns: str, delete_from: str | None = None) -> closing:
    """For these columns only, and read-only but for one table: what GRANT is in a database with users."""
    tables = {column.split(".")[0] for column in columns}

    def judge(action, table, column, *_):
        if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ:  # no column: count(*)
            known = f"{table}.{column}" in columns if column else table in tables
            return sqlite3.SQLITE_OK if known else sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_DELETE and table == delete_from:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_TRANSACTION and delete_from:
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    store = sqlite3.connect(f"{DATABASE.as_uri()}?mode={'rw' if delete_from else 'ro'}", uri=True)
    store.set_authorizer(judge)
    return closing(store)


CATALOGUE = ("instruments.number", "instruments.name", "instruments.kind", "instruments.place", "instruments.note")


def lookup(query: str, kind: str) -> str:
    with open_store(*CATALOGUE) as store:
        found = store.execute(
            """SELECT number, name, kind, place, note FROM instruments
               WHERE instr(lower(name || ' ' || number), lower(?)) AND ? IN ('All', kind)
               ORDER BY name""",
            (query.strip(), kind),
        ).fetchall()
    return as_cards(found)


def as_cards(rows: list[tuple]) -> str:
    """Whatever stands in the database is text, not HTML: each value is encoded where it is put into a page."""
    cards = [
        '<article class="card"><span class="number">{}</span><h3>{}</h3><p>{} · {}</p><p class="note">{}</p></article>'.format(
            *(html.escape(str(value)) for value in row)
        )
        for row in rows
    ]
    return f'<div class="cards">{"".join(cards)}</div>' if cards else '<p class="none">Nothing by that name.</p>'


def report_month(month: str) -> tuple[str, list, str]:
    """Sums, not people: the connection of a report can't read the borrowers."""
    with open_store("loans.number", "loans.month", "loans.days", *CATALOGUE) as store:
        rows = store.execute(
            """SELECT instruments.kind, count(*), sum(loans.days) FROM loans
               JOIN instruments USING (number) WHERE loans.month = ? GROUP BY 1 ORDER BY 3 DESC""",
            (month,),
        ).fetchall()
        details = store.execute(
            """SELECT number, name, days, note FROM loans JOIN instruments USING (number)
               WHERE month = ? ORDER BY days DESC""",
            (month,),
        ).fetchall()
    days = sum(row[2] for row in rows)
    file = Path(tempfile.mkdtemp(dir=os.environ["GRADIO_TEMP_DIR"])) / f"loans-{month}.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([["number", "name", "days", "note"], *(map(as_cell, row) for row in details)])
    return f"### {month}\n\n**{len(details)}** loans, **{days}** days in all.", rows, str(file)


def as_cell(value: object) -> object:
    """A spreadsheet runs what begins like a formula; an apostrophe makes it text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def admin_loans() -> list:
    with open_store("loans.number", "loans.borrower", "loans.month", "loans.days") as store:
        return store.execute("SELECT number, borrower, month, days FROM loans ORDER BY month DESC, days DESC").fetchall()


def admin_write_off(number: str) -> str:
    """One deed for one purpose, instead of a function that takes any statement."""
    with open_store("instruments.number", delete_from="instruments") as store, store:
        gone = store.execute("DELETE FROM instruments WHERE number = ?", (number.strip().upper(),)).rowcount
    if gone == 0:
        raise gr.Error("There is no instrument with this number.", title="Not found")
    return f"{number.strip().upper()} is written off."


CSS = """
.gradio-container { width: 100% !important; max-width: 940px !important; margin: 0 auto !important; }
#title h1 { margin-bottom: 0.1em; letter-spacing: -0.01em; }
#title p { opacity: 0.75; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(240px, 1fr)); gap: 12px; }
.card { position: relative; padding: 14px 16px; border: 1px solid var(--border-color-primary);
  border-radius: var(--radius-lg); background: var(--block-background-fill); }
.card h3 { margin: 0 3.2em 0.2em 0; font-size: 1.05em; }
.card p { margin: 0; font-size: 0.9em; }
.card .note { margin-top: 0.5em; opacity: 0.75; }
.card .number { position: absolute; top: 14px; right: 14px; padding: 1px 8px; border-radius: 999px; font-size: 0.78em;
  font-variant-numeric: tabular-nums; color: var(--primary-700); background: var(--primary-100); }
.dark .card .number { color: var(--primary-200); background: var(--primary-900); }
.none { opacity: 0.75; }
"""

# Named fonts of the system: Gradio's own themes would ask a font server.
THEME = gr.themes.Soft(
    primary_hue="indigo",
    secondary_hue="indigo",
    neutral_hue="slate",
    font=["system-ui", "-apple-system", "Segoe UI", "Hiragino Sans", "Noto Sans CJK JP", "sans-serif"],
    font_mono=["ui-monospace", "SFMono-Regular", "Consolas", "monospace"],
)

with gr.Blocks(title="Instruments", analytics_enabled=False) as demo:
    gr.Markdown("# Instruments\nWhat the school has, where it stands, and what can be borrowed.", elem_id="title")
    with gr.Tab("Look up"):
        with gr.Row():
            query = gr.Textbox(label="Name or number", placeholder="violin", max_length=40, scale=2, min_width=240)
            kind = gr.Radio(["All", *KINDS], value="All", label="Kind", scale=3, min_width=320)
        cards = gr.HTML()
        gr.on([demo.load, query.submit, kind.input], lookup, [query, kind], cards, api_name="lookup")

    with gr.Tab("Report"):
        with gr.Row(equal_height=True):
            month = gr.Dropdown(MONTHS, value=MONTHS[0], label="Month", min_width=200)
            make = gr.Button("Make the report", variant="primary", min_width=200)
        summary = gr.Markdown()
        sums = gr.Dataframe(headers=["Kind", "Loans", "Days"], label="By kind", interactive=False)
        file = gr.File(label="Every loan, as CSV", interactive=False)
        make.click(report_month, month, [summary, sums, file], api_name="report_month")

    with gr.Tab("Administration"):
        show = gr.Button("Show who has what")
        loans = gr.Dataframe(headers=["Number", "Borrower", "Month", "Days"], label="Loans", interactive=False)
        with gr.Row(equal_height=True):
            number = gr.Textbox(label="Number of the instrument", placeholder="V-01", max_length=8, min_width=240)
            off = gr.Button("Write off", variant="stop", min_width=200)
        done = gr.Markdown()
        show.click(admin_loans, None, loans, api_name="admin_loans")
        off.click(admin_write_off, number, done, api_name="admin_write_off")


if __name__ == "__main__":
    make_store()
    demo.launch(
        server_name="127.0.0.1",
        share=False,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        footer_links=[],
        theme=THEME,
        css=CSS,
    )
