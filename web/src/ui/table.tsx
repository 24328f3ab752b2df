// table.tsx - one table for every list: windowed, filtered, exported.
//
// Rows come in pages as the reader scrolls; only those in sight are in the
// document.  The address bar holds filters, so that a link is a view.

import { signal } from "@preact/signals";
import type { ComponentChildren, VNode } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState }
    from "preact/hooks";

import type { Row } from "../lib/api";
import { plain, words } from "../lib/format";
import { many, t } from "../lib/lang";
import { fieldsOf, shellLine, type Op, type Values } from "../lib/meta";
import { Link, place, query } from "../lib/router";
import { Busy, Copy, Dialog, Facts, Fault, Menu, toast, Value,
    type Item } from "./bits";
import { Field, fieldOfArg } from "./field";
import { Icon } from "./icons";
import { exportAs, pagedBy, save, useRows } from "./rows";

export interface Column {
	name: string;
	label?: string;
	render?: (row: Row) => ComponentChildren;
	numeric?: boolean;
	hidden?: boolean;	// until the reader asks for it
	fact?: boolean;		// stays on a phone
	wrap?: boolean;
}

export interface TableProps {
	path: string;
	rows?: Row[];			// these; nothing is asked for
	op?: Op;			// its arguments are the filters
	fixed?: Record<string, string>;	// always asked with
	columns?: Column[];		// others of the rows come after them
	only?: boolean;			// no others
	id: (row: Row) => string;
	to?: (row: Row) => string | undefined;	// its page; else a drawer
	items?: (row: Row) => Item[];
	drawer?: (row: Row) => ComponentChildren;
	empty?: ComponentChildren;
	everyMs?: number;
	topic?: string;			// whose events say: ask again
	version?: unknown;		// ask again when it changes
	height?: string;
	caption: string;
	quiet?: boolean;		// without filters
}

const NOT_FILTERS = new Set(["limit", "cursor", "ladder", "all", "lines"]);

export const dense = signal(localStorage.getItem("parley.dense") === "yes");

/* --- columns --------------------------------------------------------------- */

function useColumns(p: TableProps, rows: Row[]) {
	const store = `parley.columns.${p.path}`;
	const [picked, setPicked] = useState<string[] | null>(() => {
		try {
			return JSON.parse(localStorage.getItem(store) ?? "null");
		} catch {
			return null;
		}
	});
	const known = p.columns ?? [];
	const all = useMemo(() => {
		const seen = new Set(known.map((c) => c.name));
		const others = p.only ? [] : [...new Set(rows.slice(0, 50)
		    .flatMap((r) => Object.keys(r)))].filter((n) =>
		    !seen.has(n));

		return [...known, ...others.map((name): Column => ({ name,
		    hidden: known.length > 0,
		    numeric: typeof rows[0]?.[name] === "number" }))];
	}, [known, rows.length > 0 && Object.keys(rows[0]).join()]);
	const shown = all.filter((c) => picked ? picked.includes(c.name) :
	    !c.hidden);

	function pick(name: string, on: boolean) {
		const now = shown.map((c) => c.name).filter((n) => n !== name);
		const next = on ? [...now, name] : now;

		localStorage.setItem(store, JSON.stringify(next));
		setPicked(next);
	}
	return { all, shown: shown.length ? shown : all.slice(0, 1), pick };
}

function Picker({ all, shown, pick }: ReturnType<typeof useColumns>): VNode {
	const [open, setOpen] = useState(false);

	return <>
		<button type="button" class="quiet" aria-label={t("Columns")}
		    title={t("Columns")} onClick={() => setOpen(true)}>
			<Icon name="columns" /></button>
		{open && <Dialog title={t("Columns")} close={() =>
		    setOpen(false)}>
			<div class="checks">
				{all.map((c) => <label key={c.name}>
					<input type="checkbox"
					    checked={shown.includes(c)}
					    onChange={(e) => pick(c.name,
					    e.currentTarget.checked)} /> {c.label ??
					    words(c.name)}</label>)}
				<label class="apart"><input type="checkbox"
				    checked={dense.value} onChange={(e) => {
					dense.value = e.currentTarget.checked;
					localStorage.setItem("parley.dense",
					    dense.value ? "yes" : "no");
				    }} /> {t("Dense rows")}</label>
			</div>
		</Dialog>}
	</>;
}

/* --- filters --------------------------------------------------------------- */

const filterArgs = (p: TableProps) => (p.op?.args ?? []).filter((a) =>
    !NOT_FILTERS.has(a.name) && !(p.fixed && a.name in p.fixed) &&
    !p.op!.path.includes(`{${a.name}}`));

function useFilters(p: TableProps): Record<string, string> {
	const q: Record<string, string> = { ...p.fixed };

	for (const a of p.quiet ? [] : filterArgs(p)) {
		const v = place.value.query.get(a.name);

		if (v)
			q[a.name] = v;
	}
	const condition = place.value.query.get("filter");

	if (condition && !p.quiet && conditional(p.op))
		q.filter = condition;
	if (p.rows && place.value.query.get("contains"))
		q.contains = place.value.query.get("contains")!;
	return q;
}

/* Of the rows that we have those in which this stands. */
function holding(rows: Row[], text = ""): Row[] {
	const wanted = text.toLowerCase();

	return rows.filter((r) => Object.values(r).some((v) => plain(v)
	    .toLowerCase().includes(wanted)));
}

/* Its rows can be left out by conditions on their fields. */
const conditional = (o?: Op) => !!o?.answer?.startsWith("[");

/* The order of a list: in the address, unless others are beside it. */
function useSort(p: TableProps): [string, (text: string) => void] {
	const [own, setOwn] = useState("");

	return p.quiet ? [own, setOwn] : [place.value.query.get("sort") ?? "",
	    (text) => query({ sort: text })];
}

function Filters(p: TableProps): VNode | null {
	const args = p.quiet ? [] : filterArgs(p);
	const [texts, setTexts] = useState<Record<string, string>>({});
	const condition = !p.quiet && conditional(p.op) && (pagedBy(p.op) ||
	    place.value.query.has("filter"));
	const names = [...args.map((a) => a.name), ...condition ? ["filter"] :
	    [], ...p.rows ? ["contains"] : []];
	const set = names.filter((n) => place.value.query.get(n));
	const timer = useRef(0);

	if (names.length === 0)
		return null;

	function put(name: string, value: string, wait: number) {
		setTexts({ ...texts, [name]: value });
		clearTimeout(timer.current);
		timer.current = window.setTimeout(() => {
			query({ [name]: value });
			setTexts({});
		}, wait);
	}
	return <details class="filters" open={matchMedia(
	    "(min-width: 44rem)").matches || set.length > 0}>
		<summary>{t("Filter")}{set.length > 0 &&
		    ` (${set.length})`}</summary>
		<div class="filter-row" role="search" aria-label={t("Filter")}>
			{args.map((a) => {
				const row = fieldOfArg(a);

				return <Field key={a.name} row={{ ...row,
				    required: false, help: undefined,
				    range: undefined, unit: undefined,
				    fallback: undefined,
				    title: a.help, hint: t("any") }}
				    value={texts[a.name] ?? place.value.query.get(a.name) ?? ""}
				    set={(v) => put(a.name, v,
				    row.kind === "choice" ||
				    row.kind === "switch" ? 0 : 300)} />;
			})}
			{condition && <Field row={{ name: "filter",
			    kind: "text",
			    label: t("Condition"),
			    hint: `${fieldsOf(p.op!)[0]}=…`,
			    title: t("Fields: {fields}", {
			    fields: fieldsOf(p.op!).join(", ") }) }}
			    value={texts.filter ?? place.value.query.get(
			    "filter") ?? ""} set={(v) => put("filter", v,
			    600)} />}
			{p.rows && <Field row={{ name: "contains",
			    kind: "text", label: t("Contains") }}
			    value={texts.contains ?? place.value.query.get(
			    "contains") ?? ""} set={(v) => put("contains", v,
			    300)} />}
			{set.length > 0 && <button type="button" class="quiet"
			    onClick={() =>
			    query(Object.fromEntries(set.map((n) =>
			    [n, undefined])))}>{t("Clear")}</button>}
		</div>
	</details>;
}

/* --- the window ------------------------------------------------------------ */

const narrow = matchMedia("(max-width: 43.99rem)");

/* How tall a row is: CSS gives it, phones show cards. */
function rowHeight(facts: number): number {
	return narrow.matches ? 22 * facts + 26 : dense.value ? 32 : 40;
}

function useWindow(n: number, height: number, end: () => void) {
	const box = useRef<HTMLDivElement>(null);
	const [range, setRange] = useState({ from: 0, to: 60 });

	function look() {
		const b = box.current;

		if (!b)
			return;
		const from = Math.max(0, Math.floor(b.scrollTop / height) - 10);
		const to = Math.ceil((b.scrollTop + b.clientHeight) / height) + 10;

		setRange((r) => r.from === from && r.to === to ? r :
		    { from, to });
		if (to + 20 >= n)
			end();
	}
	useLayoutEffect(look, [n, height]);
	useEffect(() => {
		addEventListener("resize", look);
		return () => removeEventListener("resize", look);
	});
	return { box, look, from: Math.min(range.from, Math.max(0, n - 1)),
	    to: Math.min(n, range.to) };
}

/* --- the table ------------------------------------------------------------- */

function Cell({ c, row, first, to }: { c: Column; row: Row; first: boolean;
    to?: string }): VNode {
	const inner = c.render ? c.render(row) :
	    <Value name={c.name} value={row[c.name]} />;

	return <td class={`${c.numeric ? "n" : ""}${c.fact || first ? " fact" :
	    ""}${c.wrap ? " wrap" : ""}`} data-label={c.label ?? words(c.name)}>
		{first && to ? <Link to={to} class="row-link">{inner}</Link> :
		    inner}
	</td>;
}

function drawerUrl(id: string): string {
	const q = new URLSearchParams(place.value.query);

	q.set("row", id);
	return `${place.value.path}?${q}`;
}

export function Table(p: TableProps): VNode {
		const filters = useFilters(p);
	const [order, setOrder] = useSort(p);
	const sort = order ? { name: order.replace(/^-/, ""),
	    down: order.startsWith("-") } : null;
	const theirs = !!sort && !!p.op?.sort?.includes(sort.name);
	const q = theirs ? { ...filters, sort: order } : filters;
	const asked = useRows(p.rows ? null : p.path, q, p.everyMs ?? 0,
	    p.topic, p.version, pagedBy(p.op));
	const data = p.rows ? { ...asked, rows: holding(p.rows, q.contains) } :
	    asked;
	const columns = useColumns(p, data.rows);

	const facts = Math.max(1, columns.shown.filter((c, i) =>
	    c.fact || i === 0).length);
	const height = rowHeight(facts);
	const whole = data.next === null;
	const rows = useMemo(() => sort && whole && !theirs ?
	    [...data.rows].sort((a, b) =>
	    plain(a[sort.name]).localeCompare(plain(b[sort.name]), undefined,
	    { numeric: true }) * (sort.down ? -1 : 1)) : data.rows,
	    [data.rows, order, whole, theirs]);
	const win = useWindow(rows.length, height, data.more);
	const open = place.value.query.get("row");
	const opened = open !== null ? data.rows.find((r) => p.id(r) === open) :
	    undefined;

	function key(e: KeyboardEvent) {
		const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[e.key];
		const at = (e.target as HTMLElement).closest("tr");

		if (!step || !at || e.ctrlKey || e.altKey || e.metaKey)
			return;
		const to = step > 0 ? at.nextElementSibling :
		    at.previousElementSibling;

		e.preventDefault();
		to?.querySelector<HTMLElement>(".row-link")?.focus();
	}

	const keep = (kind: "csv" | "json") => p.rows ? save(kind, p.path,
	    rows) : exportAs(kind, p.path, q, pagedBy(p.op));
	const shell = p.op?.command && shellLine(p.op, q as Values);

	return <div class={`table${dense.value ? " dense" : ""}`}>
		<div class="bar">
			<Filters {...p} />
			<div class="bar-end">
				<span class="soft nowrap" role="status">
					{data.loading && rows.length === 0 ?
					    "" :
					    many(rows.length, "{n} row", whole ?
					    "{n} rows" :
					    "{n}+ rows")}</span>
				<Picker {...columns} />
				<Menu label={t("Export")} icon="save" items={[
					{ label: t("Save as CSV"),
					  act: () => keep("csv") },
					{ label: t("Save as JSON"),
					  act: () => keep("json") },
					...shell ? [{ label: t(
					    "Copy the shell line"),
					  help: shell, act: () => {
					    navigator.clipboard?.writeText(shell)
						.then(() => toast(
						    t("Copied: {text}", {
						    text: shell })),
						() => toast(shell));
					  } }] : [],
				]} />
			</div>
		</div>
		{data.error !== undefined && <Fault error={data.error}
		    again={data.again} />}
		{rows.length === 0 && data.error === undefined && !data.tired &&
		    (data.loading || data.next ? <Busy /> :
		    Object.keys(filters).length > Object.keys(p.fixed ?? {})
		    .length ? <div class="empty"><p><b>{t("Nothing matches " +
		    "this filter.")}</b></p></div> :
		    p.empty ?? <div class="empty"><p>
		    <b>{t("There is nothing here yet.")}</b></p></div>)}
		{rows.length > 0 && <div class="scroll" ref={win.box}
		    onScroll={win.look} onKeyDown={key}
		    style={p.height ? { maxHeight: p.height } : undefined}>
			<table aria-rowcount={whole ? rows.length + 1 : -1}>
				<caption class="hidden">{p.caption}</caption>
				<thead><tr>{columns.shown.map((c) =>
				    <th key={c.name}
				    scope="col" class={c.numeric ? "n" : ""}
				    aria-sort={sort?.name === c.name ?
				    sort.down ?
				    "descending" : "ascending" : undefined}>
					{rows.length > 1 &&
					    (whole ||
					    p.op?.sort?.includes(c.name)) ?
					    <button type="button" class="sort"
					    onClick={() =>
					    setOrder(sort?.name !== c.name ?
					    c.name : sort.down ? "" :
					    `-${c.name}`)}>

						{c.label ?? words(c.name)}
						<span aria-hidden="true">
						{sort?.name === c.name ?
						    sort.down ?
						" ↓" : " ↑" :
						    ""}</span></button> :
					    c.label ?? words(c.name)}</th>)}
					{p.items && <th scope="col" class="act"><span
					    class="hidden">{t(
					    "Actions")}</span></th>}
				</tr></thead>
				<tbody>
					{win.from > 0 && <tr class="space"
					    aria-hidden="true" style={{ height:
					    `${win.from * height}px` }} />}
					{rows.slice(win.from, win.to).map((row,
					    i) =>
					<tr key={p.id(row)} class="row"
					    aria-rowindex={win.from + i + 2}
					    style={{ height: `${height}px` }}>
						{columns.shown.map((c, n) =>
						<Cell key={c.name} c={c} row={row}
						    first={n === 0} to={p.to ?
						    p.to(row) :
						    drawerUrl(p.id(row))} />)}
						{p.items && <td class="act">
						<Menu label={t(
						    "Actions for {name}",
						    { name: p.id(row) })}
						    items={p.items(row)} /></td>}
					</tr>)}
					{win.to < rows.length &&
					    <tr class="space"
					    aria-hidden="true" style={{ height:
					    `${(rows.length - win.to) * height}px`
					    }} />}
				</tbody>
			</table>
		</div>}
		{data.tired && <p class="tired" role="status">{many(
		    rows.length, "{n} row found so far. There is more to " +
		    "look at.", "{n} rows found so far. There is more to " +
		    "look at.")}{" "}<button type="button"
		    onClick={data.goOn}>{t("Search on")}</button></p>}
		{open !== null && opened && <Dialog side title={open}
		    close={() => query({ row: undefined })}>
			{p.drawer?.(opened) ?? <Facts rows={Object.entries(opened)
			    .map(([n, v]) => [words(n), <Value name={n}
			    value={v} />])} />}
			<p class="soft small">{t(
			    "This view has an address of its own.")}
			<Copy text={location.href} label={t(
			    "Copy the address")} /></p>
		</Dialog>}
	</div>;
}
