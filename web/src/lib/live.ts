// live.ts - what changes by itself: figures every second, health, events.
//
// One timer for all; it sleeps while the page is hidden or nobody looks.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { list, session, type Row } from "./api";

export interface Metric {
	name: string;
	labels: string | null;
	kind: string;
	value: number;
	p50_us?: number;
	p95_us?: number;
	p99_us?: number;
}

export interface Figures {
	at: number;			// ms since the epoch
	metrics: Metric[];
	rates: Map<string, number>;	// per second, of counters
}

export const figures = signal<Figures | null>(null);
/* since when the figures are old; 0: they are not */
export const stale = signal(0);
export const checks = signal<Row[]>([]);

export const keyOf = (m: Metric) => `${m.name}{${m.labels ?? ""}}`;

/* --- the last ten minutes, second by second -------------------------------- */

export const KEPT = 600;

export interface Series {
	id: string;
	label: string;
	value: (f: Figures) => number | null;
}

const series = new Map<string, Series>();
const times: number[] = [];
const past = new Map<string, (number | null)[]>();
export const ticks = signal(0);

/* What charts ask for; from now on it is remembered. */
export function remember(s: Series): void {
	if (series.has(s.id))
		return;
	series.set(s.id, s);
	past.set(s.id, times.map(() => null));
}

export function history(ids: string[]): [number[], ...(number | null)[][]] {
	return [times.slice(), ...ids.map((id) => past.get(id)?.slice() ??
	    times.map(() => null))];
}

function record(f: Figures): void {
	const last = times[times.length - 1];

	// a gap is a gap: the daemon was down, or we did not look
	if (last && f.at / 1000 - last > 5) {
		times.push(last + 1);
		for (const p of past.values())
			p.push(null);
	}
	times.push(Math.round(f.at) / 1000);
	for (const [id, p] of past)
		p.push(series.get(id)!.value(f));
	while (times.length > KEPT) {
		times.shift();
		for (const p of past.values())
			p.shift();
	}
}

/* --- sums over metrics ----------------------------------------------------- */

export function rateOf(f: Figures, name: RegExp): number {
	let sum = 0;

	for (const m of f.metrics)
		if (name.test(keyOf(m)))
			sum += f.rates.get(keyOf(m)) ?? 0;
	return sum;
}

export function valueOf(f: Figures, name: RegExp): number {
	return f.metrics.reduce((sum, m) => name.test(keyOf(m)) ?
	    sum + m.value : sum, 0);
}

export function quantile(f: Figures, name: RegExp,
    q: "p50_us" | "p95_us" | "p99_us"): number | null {
	const found = f.metrics.filter((m) => name.test(keyOf(m)) && m.value);

	return found.length ? Math.max(...found.map((m) => m[q] ?? 0)) : null;
}

/* The values of one label: every gateway, every reason. */
export function labelsOf(f: Figures | null, name: string, label: string):
    string[] {
	const find = new RegExp(`(?:^|,)${label}="([^"]*)"`);
	const found = new Set<string>();

	for (const m of f?.metrics ?? []) {
		const v = m.name === name ? find.exec(m.labels ?? "") : null;

		if (v)
			found.add(v[1]);
	}
	return [...found].sort();
}

/* --- asking ---------------------------------------------------------------- */

let last: { at: number; values: Map<string, number> } | null = null;

export function take(metrics: Metric[], at = Date.now()): void {
	const values = new Map(metrics.map((m) => [keyOf(m), m.value]));
	const rates = new Map<string, number>();
	const seconds = last ? (at - last.at) / 1000 : 0;

	if (last && seconds > 0)
		for (const [k, v] of values) {
			const was = last.values.get(k);

			if (was !== undefined)
				rates.set(k, Math.max(0, v - was) / seconds);
		}
	const first = !last;

	last = { at, values };
	figures.value = { at, metrics, rates };
	if (!first)
		record(figures.value);
	stale.value = 0;
	ticks.value++;
}

async function askFigures(): Promise<void> {
	try {
		const page = await list("/stats");

		take(page.items as unknown as Metric[]);
	} catch {
		if (!stale.value)
			stale.value = Date.now();
		last = null;
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

async function tick(): Promise<void> {
	if (!document.hidden && session.value) {
		if (watchers > 0 || stale.value)
			await askFigures();
		if (turn++ % 10 === 0)
			await askChecks();
	}
	setTimeout(tick, 1000);
}

export function startLive(): void {
	void tick();
}

/* A component that shows figures: they come while it is there. */
export function useFigures(): Figures | null {
	useEffect(() => {
		watchers++;
		return () => { watchers--; };
	}, []);
	return figures.value;
}
