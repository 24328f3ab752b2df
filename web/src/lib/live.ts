// live.ts - what changes by itself: figures every second, health, events.
//
// The daemon keeps the past; we ask for it once and add each second to it.
// Nothing is asked while the page is hidden or nobody looks.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { get, list, session, type Row } from "./api";
import { alive, watch } from "./events";

export type Values = (number | null)[];

export interface Past {
	range: string;
	step: number;			// seconds
	times: number[];		// seconds since the epoch
	series: Map<string, Values>;
	marks: { at: number; revision: number }[];
}

export interface Now {
	now: number | null;
	minute: number | null;
	ten_minutes: number | null;
	unit: string;
}

export const past = signal<Past | null>(null);
export const now = signal<Map<string, Now>>(new Map());
export const checks = signal<Row[]>([]);
/* since when the figures are old; 0: they are not */
export const stale = signal(0);
export const range = signal("10m");

export const RANGES = ["10m", "3h", "1d", "7d"];
const KEPT = 600;	// seconds of the shortest range

/* --- the past -------------------------------------------------------------------- */

interface SeriesAnswer {
	step: number;
	start: number;
	n: number;
	series: { name: string; unit: string }[];
	columns: Values[];
	marks: { revision: number; at: number; actor: string }[];
}

async function askPast(): Promise<void> {
	const wanted = range.value;
	const a = await get("/stats/series", { range: wanted }) as
	    unknown as SeriesAnswer;

	if (wanted !== range.value)
		return;
	past.value = {
		range: wanted, step: a.step,
		times: Array.from({ length: a.n }, (_, i) =>
		    a.start + i * a.step),
		series: new Map(a.series.map((s, i) => [s.name, a.columns[i]])),
		marks: a.marks,
	};
}

/* One second more.  What is new was null until now; a gap stays a gap. */
function append(p: Past, at: number, items: Map<string, Now>): Past {
	const last = p.times[p.times.length - 1] ?? at - 1;
	const times = [...p.times];

	if (at <= last)
		return p;
	for (let t = last + 1; t <= at && times.length < 2 * KEPT; t++)
		times.push(t);
	const cut = Math.max(0, times.length - KEPT);
	const series = new Map<string, Values>();

	for (const name of new Set([...p.series.keys(), ...items.keys()])) {
		const vs = [...p.series.get(name) ?? p.times.map(() => null)];

		// one answer that was late is not a gap
		while (vs.length < times.length - 1)
			vs.push(at - last <= 3 ? items.get(name)?.now ?? null :
			    null);
		vs.push(items.get(name)?.now ?? null);
		series.set(name, vs.slice(cut));
	}
	return { ...p, times: times.slice(cut), series };
}

export function takeNow(items: Row[]): void {
	now.value = new Map(items.map((r) => [String(r.name),
	    r as unknown as Now]));
	stale.value = 0;
	if (past.value?.range === "10m" && range.value === "10m")
		past.value = append(past.value, Math.floor(Date.now() / 1000),
		    now.value);
}

/* Names that begin so, in order. */
export function namesOf(start: string): string[] {
	return [...past.value?.series.keys() ?? []].filter((n) =>
	    n.startsWith(start)).sort();
}

export const valueNow = (name: string): number => now.value.get(name)?.now ?? 0;

export const sumNow = (start: string, of: keyof Now = "now"): number =>
	[...now.value].reduce((sum, [n, v]) => n.startsWith(start) ? sum +
	    (Number(v[of]) || 0) : sum, 0);

export function columns(names: string[]): [number[], ...Values[]] {
	const p = past.value;

	return [p?.times ?? [], ...names.map((n) => p?.series.get(n) ??
	    (p?.times ?? []).map(() => null))];
}

/* --- asking ----------------------------------------------------------------------- */

async function askNow(): Promise<void> {
	try {
		if (!past.value || past.value.range !== range.value ||
		    range.value !== "10m" && Date.now() / 1000 -
		    past.value.times[past.value.times.length - 1] >
		    past.value.step + 2)
			await askPast();
		takeNow((await list("/stats/snapshot")).items);
	} catch {
		if (!stale.value)
			stale.value = Date.now();
		past.value = null;	// its gap is filled when it is back
	}
}

export async function askChecks(): Promise<void> {
	try {
		checks.value = (await list("/health/checks")).items;
	} catch {
		// the strip above says that there is no answer
	}
}

let watchers = 0;
let turn = 0;
let came = 0;		// the last figures of the stream

const streaming = () => Date.now() - came < 4000 && !!past.value &&
    past.value.range === range.value && (range.value === "10m" ||
    Date.now() / 1000 - past.value.times[past.value.times.length - 1] <=
    past.value.step + 2);

/* The stream brings what is new; without one we ask. */
async function tick(): Promise<void> {
	if (!document.hidden && session.value) {
		if (stale.value || watchers > 0 && !streaming())
			await askNow();
		if (turn++ % 10 === 0 && !alive.value)
			await askChecks();
	}
	setTimeout(tick, 1000);
}

export function startLive(): void {
	watch("alerts", (data) => { checks.value = data.items as Row[]; });
	void tick();
}

/* A component that shows figures: they come while it is there. */
export function useFigures(): Past | null {
	useEffect(() => {
		const end = watch("stats", (data) => {
			came = Date.now();
			takeNow(data.items as Row[]);
		});

		watchers++;
		if (!past.value)
			void askNow();
		return () => { watchers--; end(); };
	}, []);
	return past.value;
}
