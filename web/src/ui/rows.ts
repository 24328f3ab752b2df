// rows.ts - the rows of a list, page by page; all of them as a file.

import { useEffect, useRef, useState } from "preact/hooks";

import { list, url, type Page, type Row } from "../lib/api";
import { plain } from "../lib/format";
import { many, t } from "../lib/lang";
import type { Op } from "../lib/meta";
import { toast, useNews } from "./bits";

const PAGE = 100;
const EXPORT_MAX = 100000;
const FEW = 20;		// rows that fill what is seen
const TURNS = 10;	// pages asked for those, before somebody is asked

/* --- rows ------------------------------------------------------------------ */

interface State {
	rows: Row[];
	next: string | null;
	loading: boolean;
	error?: unknown;
	pages: number;		// that were asked for these
	tired: boolean;		// few were found; somebody says: go on
}

export interface Rows extends State {
	more: () => void;	// the end is in sight
	goOn: () => void;
	again: () => void;
}

const NONE: State = { rows: [], next: null, loading: true, pages: 0,
    tired: false };

/* null: there is nothing to ask for. */
export function useRows(path: string | null, q: Record<string, string>,
    everyMs: number, topic: string | undefined, version: unknown,
    paged: boolean): Rows {
	const [state, set] = useState<State>({ ...NONE,
	    loading: path !== null });
	const [turn, setTurn] = useState(0);
	const key = path === null ? "" : url(path, q);
	const now = useRef(state);
	const current = useRef(key);
	const goal = useRef({ rows: FEW, turns: 0 });

	now.current = state;
	useEffect(() => {
		const stop = new AbortController();

		if (path === null)
			return;
		if (current.current !== key)
			set(NONE);
		current.current = key;
		list(path, { ...q, ...paged ? { limit: String(PAGE) } : {} },
		    stop.signal).then((page) => {
			goal.current = { rows: FEW, turns: 0 };
			set({ ...NONE, rows: page.items, next: page.next,
			    loading: false, pages: 1 });
		}, (error) => {
			if (!stop.signal.aborted)
				set({ ...now.current, loading: false, error });
		});
		return () => stop.abort();
	}, [key, turn, version]);
	useNews(() => {
		// who has scrolled on, or searched on, is not thrown back
		if (now.current.pages <= 1 && !now.current.loading)
			setTurn((n) => n + 1);
	}, everyMs, topic);

	function step() {
		const { next, loading, rows, pages } = now.current;

		if (!next || loading || path === null)
			return;
		set({ ...now.current, loading: true, tired: false });
		list(path, { ...q, limit: String(PAGE), cursor: next }).then(
		    (page) => {
			if (current.current === key)
				set({ ...NONE, rows: [...rows, ...page.items],
				    next: page.next, loading: false,
				    pages: pages + 1 });
		}, (error) => set({ ...now.current, loading: false, error }));
	}
	function goOn() {
		goal.current = { rows: now.current.rows.length + FEW,
		    turns: 0 };
		step();
	}
	// a page of what is filtered may be short, and yet not the last
	useEffect(() => {
		if (!state.next || state.loading || state.error ||
		    state.tired || state.rows.length >= goal.current.rows)
			return;
		if (goal.current.turns++ < TURNS)
			step();
		else
			set({ ...state, tired: true });
	}, [state]);
	return { ...state, goOn, again: () => setTurn((n) => n + 1),
	    more: () => {
		if (now.current.rows.length >= goal.current.rows)
			goOn();
	    } };
}

/* An operation we do not know is asked as it is. */
export const pagedBy = (o?: Op) => !!o?.args.some((a) => a.name === "limit");

/* --- export ---------------------------------------------------------------- */

/* A sheet must not run what somebody chose as a name. */
function csvCell(v: unknown): string {
	let text = plain(v);

	if (/^[=+\-@\t\r]/.test(text) && !/^[+-]?\d+(\.\d+)?$/.test(text))
		text = "'" + text;
	return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

function csvOf(rows: Row[]): string {
	const names = [...new Set(rows.flatMap((r) => Object.keys(r)))];

	return [names.join(","), ...rows.map((r) =>
	    names.map((n) => csvCell(r[n])).join(","))].join("\r\n") + "\r\n";
}

export function saveAs(name: string, type: string, text: string): void {
	const a = document.createElement("a");

	a.href = URL.createObjectURL(new Blob([text], { type }));
	a.download = name;
	a.click();
	setTimeout(() => URL.revokeObjectURL(a.href), 10000);
}

export function save(kind: "csv" | "json", path: string, rows: Row[]): void {
	const name = path.replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "");

	if (kind === "csv")
		saveAs(`${name}.csv`, "text/csv", csvOf(rows));
	else
		saveAs(`${name}.json`, "application/json",
		    JSON.stringify(rows, null, "\t") + "\n");
}

export async function exportAs(kind: "csv" | "json", path: string,
    q: Record<string, string>, paged: boolean): Promise<void> {
	const rows: Row[] = [];
	let cursor: string | null = "";

	try {
		while (cursor !== null && rows.length < EXPORT_MAX) {
			const page: Page = await list(path, { ...q,
			    ...paged ? { limit: "500", cursor } : {} });

			rows.push(...page.items);
			cursor = page.next;
		}
		save(kind, path, rows);
		toast(many(rows.length, "{n} row saved.", "{n} rows saved.") +
		    (cursor === null ? "" : " " + t("There are more: " +
		    "filter them.")),
		    cursor !== null);
	} catch (e) {
		toast(t("Nothing was exported: {why}",
		    { why: (e as Error).message }), true);
	}
}
