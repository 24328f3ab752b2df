// format.ts - figures, times and words as people read them.

import { signal } from "@preact/signals";

export function count(n: number, digits = 2): string {
	return n.toLocaleString(undefined, {
		maximumFractionDigits: Math.abs(n) < 10 ? digits : 0,
	});
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
	if (s < 60)
		return `${count(s, 1)} s`;
	if (s < 3600)
		return `${Math.floor(s / 60)} min ${Math.floor(s % 60)} s`;
	if (s < 86400)
		return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
	return `${Math.floor(s / 86400)} d ${Math.floor(s % 86400 / 3600)} h`;
}

/* A zone of the account menu: "local" or "utc". */
export const zone = signal<"local" | "utc">(
    localStorage.getItem("parley.zone") === "utc" ? "utc" : "local");

const two = (n: number, w = 2) => String(n).padStart(w, "0");

function parts(d: Date): number[] {
	return zone.value === "utc" ?
	    [d.getUTCFullYear(), d.getUTCMonth() + 1, d.getUTCDate(),
	     d.getUTCHours(), d.getUTCMinutes(), d.getUTCSeconds(),
	     d.getUTCMilliseconds()] :
	    [d.getFullYear(), d.getMonth() + 1, d.getDate(), d.getHours(),
	     d.getMinutes(), d.getSeconds(), d.getMilliseconds()];
}

/* "2026-11-20 12:24:07", or only the time of day when it is today. */
export function time(iso: string | number | Date, full = false): string {
	const d = new Date(iso);

	if (isNaN(d.getTime()))
		return String(iso);
	const [y, mo, da, h, mi, s, ms] = parts(d);
	const day = `${y}-${two(mo)}-${two(da)}`;
	const clock = `${two(h)}:${two(mi)}:${two(s)}`;
	const [ty, tmo, tda] = parts(new Date());

	if (full)
		return `${day} ${clock}.${two(ms, 3)}` +
		    (zone.value === "utc" ? " UTC" : "");
	return ty === y && tmo === mo && tda === da ? clock :
	    `${day} ${clock}`;
}

export function ago(iso: string): string {
	const s = (Date.now() - new Date(iso).getTime()) / 1000;

	return s < 0 ? `in ${seconds(-s)}` : s < 2 ? "just now" :
	    `${seconds(Math.floor(s))} ago`;
}

/* "tel:+15550100001" as people write it. */
export const address = (a: string): string => a.replace(/^tel:/, "");

const ACRONYMS = new RegExp("\\b(ucn|sip|ip|sms|tls|url|uri|id|ca|csv|imdn|ton|npi|" +
    "dnd|api|ucs2|xcap|udp|tcp)\\b", "gi");

/* "who-may-send" and "tls_ca" as a heading. */
export function words(name: string): string {
	const text = name.replace(/[-_]/g, " ").replace(ACRONYMS, (w) =>
	    w.toUpperCase());

	return text.charAt(0).toUpperCase() + text.slice(1);
}

export const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/* Any value of an answer as plain text: exports, copies. */
export function plain(v: unknown): string {
	if (v === null || v === undefined)
		return "";
	return typeof v === "object" ? JSON.stringify(v) : String(v);
}
