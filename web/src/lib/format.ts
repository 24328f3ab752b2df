// format.ts - figures, times and words as people read them.

import { signal } from "@preact/signals";

import { locale, t, term } from "./lang";

const figures = [0, 1, 2].map((digits) => new Intl.NumberFormat(locale,
    { maximumFractionDigits: digits }));

export function count(n: number, digits = 2): string {
	return figures[Math.abs(n) < 10 ? digits : 0].format(n);
}

export function bytes(n: number): string {
	const units = ["B", "kB", "MB", "GB", "TB"];
	let i = 0;

	for (; n >= 1000 && i < units.length - 1; i++)
		n /= 1000;
	return `${count(n)} ${units[i]}`;
}

/* Microseconds. */
export function micros(us: number): string {
	if (us < 1000)
		return `${count(us)} µs`;
	if (us < 1e6)
		return `${count(us / 1e3)} ms`;
	return seconds(us / 1e6);
}

export function seconds(s: number): string {
	const part = (of: number) => Math.floor(s / of);

	if (s < 60)
		return `${count(s, 1)} s`;
	if (s < 3600)
		return Math.floor(s % 60) === 0 ? `${part(60)} min` :
		    t("{min} min {s} s", { min: part(60),
		    s: Math.floor(s % 60) });
	if (s < 86400)
		return t("{h} h {min} min", { h: part(3600), min:
		    Math.floor(s % 3600 / 60) });
	return t("{d} d {h} h", { d: part(86400),
	    h: Math.floor(s % 86400 / 3600) });
}

/* --- times ----------------------------------------------------------------- */

/* A zone of the account menu: "local" or "utc". */
export const zone = signal<"local" | "utc">(
    localStorage.getItem("parley.zone") === "utc" ? "utc" : "local");

type Shape = "day" | "date" | "minute" | "second" | "milli";

const CLOCK: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit",
    hourCycle: "h23" };
const DAY: Intl.DateTimeFormatOptions = { year: "numeric", month: "short",
    day: "numeric" };
const SHAPES: Record<Shape, Intl.DateTimeFormatOptions> = {
	day: { month: "short", day: "numeric" },
	date: DAY,
	minute: CLOCK,
	second: { ...CLOCK, second: "2-digit" },
	milli: { ...CLOCK, second: "2-digit", fractionalSecondDigits: 3 },
};
const made = new Map<string, Intl.DateTimeFormat>();

function shaped(shape: Shape): Intl.DateTimeFormat {
	const key = shape + zone.value;
	const f = made.get(key) ?? new Intl.DateTimeFormat(locale, {
	    ...SHAPES[shape], ...zone.value === "utc" ? { timeZone: "UTC" } :
	    {} });

	made.set(key, f);
	return f;
}

/* A part of a time, for axes and lists that say the rest elsewhere. */
export const clock = (at: string | number | Date, shape: Shape): string =>
	shaped(shape).format(new Date(at));

/* Day and time of day, or only the latter when it is today. */
export function time(at: string | number | Date, full = false): string {
	const d = new Date(at);

	if (isNaN(d.getTime()))
		return String(at);
	if (full)
		return `${clock(d, "date")}, ${clock(d, "milli")}` +
		    (zone.value === "utc" ? " UTC" : "");
	return clock(d, "date") === clock(Date.now(), "date") ?
	    clock(d, "second") : `${clock(d, "date")}, ${clock(d, "second")}`;
}

export function ago(iso: string): string {
	const s = (Date.now() - new Date(iso).getTime()) / 1000;

	return s < 0 ? t("in {time}", { time: seconds(-s) }) :
	    s < 2 ? t("just now") :
	    t("{time} ago", { time: seconds(Math.floor(s)) });
}

/* A sentence of the daemon, with its times as the reader has them. */
export const local = (says: unknown): string => String(says ?? "").replace(
    /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (iso) => time(iso));

/* --- words ----------------------------------------------------------------- */

/* "tel:+15550100001" as people write it. */
export const address = (a: string): string => a.replace(/^tel:/, "");

const ACRONYMS = new RegExp("\\b(ucn|sip|ip|sms|tls|url|uri|id|ca|csv|imdn|ton|npi|" +
    "dnd|api|ucs2|xcap|udp|tcp)\\b", "gi");

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/* "who-may-send" and "tls_ca" as a heading, as the daemon calls them. */
export const heading = (name: string): string => capital(name
    .replace(/[-_]/g, " ").replace(ACRONYMS, (w) => w.toUpperCase()));

/* The same in the reader's language. */
export function words(name: string): string {
	const plain = name.replace(/[-_]/g, " ");

	return term(plain) === plain ? heading(name) : capital(term(plain));
}

export const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/* Any value of an answer as plain text: exports, copies. */
export function plain(v: unknown): string {
	if (v === null || v === undefined)
		return "";
	return typeof v === "object" ? JSON.stringify(v) : String(v);
}
