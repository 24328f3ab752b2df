// events.ts - one stream of events for all tabs of this browser.
//
// A browser has six connections to us, so only one tab holds the stream: who
// has the lock.  The others say what they want, and are told what comes.

import { signal } from "@preact/signals";

import { BASE, session } from "./api";
import { who } from "./session";

type Handler = (data: Record<string, unknown>) => void;

const handlers = new Map<string, Set<Handler>>();
const channel = new BroadcastChannel("parley.events");
const me = Math.random().toString(36).slice(2);

const FORGET_MS = 15000;	// what a tab wants that says no more
const TOPICS = 16;		// of one stream

/* ms of the last sign of life; 0: there is no stream */
export const alive = signal(0);

let leading = false;
let source: EventSource | null = null;
let open = "";		// topics of the stream
let timer = 0;
// how things are, for a tab that comes later
const last = new Map<string, Record<string, unknown>>();
const STATES = ["alerts", "pending"];
const wants = new Map<string, { topics: string[]; at: number }>();

/* --- in every tab -------------------------------------------------------------------- */

const mine = (): string[] => document.hidden || !session.value ? [] :
    [...handlers.keys()];

function announce(): void {
	const message = { from: me, want: mine() };

	wanted(message);
	channel.postMessage(message);
}

function told(message: { event: string; data?: Record<string, unknown> }):
    void {
	alive.value = message.event === "over" ? 0 : Date.now();
	for (const fn of handlers.get(message.event) ?? [])
		fn(message.data ?? {});
}

/* Until the answer is called.  The first event comes at once. */
export function watch(topic: string, fn: Handler): () => void {
	const set = handlers.get(topic) ?? new Set();

	handlers.set(topic, set.add(fn));
	announce();
	return () => {
		set.delete(fn);
		if (set.size === 0)
			handlers.delete(topic);
		announce();
	};
}

channel.onmessage = ({ data }) => data.want ? wanted(data) : told(data);
document.addEventListener("visibilitychange", announce);
session.subscribe(() => announce());
setInterval(announce, FORGET_MS / 3);

/* --- in the tab that has the lock -------------------------------------------------------- */

function wanted(m: { from: string; want: string[] }): void {
	const fresh = !wants.has(m.from);

	wants.set(m.from, { topics: m.want, at: Date.now() });
	if (!leading)
		return;
	later();
	if (fresh && source?.readyState === EventSource.OPEN)
		for (const [event, data] of [["hello", undefined],
		    ...last] as const)
			channel.postMessage({ event, data });
}

function later(): void {
	clearTimeout(timer);
	timer = window.setTimeout(connect, 150);
}

function pass(event: string, data?: Record<string, unknown>): void {
	const message = { event, data };

	if (data && STATES.includes(event))
		last.set(event, data);
	told(message);
	channel.postMessage(message);
}

function shut(): void {
	source?.close();
	source = null;
	open = "";
}

function connect(): void {
	for (const [tab, w] of wants)
		if (Date.now() - w.at > FORGET_MS)
			wants.delete(tab);
	const topics = [...new Set([...wants.values()].flatMap((w) =>
	    w.topics))].sort().slice(0, TOPICS);

	if (topics.join() === open)
		return;
	shut();
	if (topics.length === 0)
		return;
	open = topics.join();
	source = new EventSource(`${BASE}/events?topics=` +
	    encodeURIComponent(open));
	source.onopen = () => pass("hello");
	source.onerror = () => {
		pass("over");
		if (source?.readyState !== EventSource.CLOSED)
			return;		// it tries again by itself
		shut();
		void who().catch(() => undefined);
		setTimeout(later, 3000);
	};
	for (const t of [...topics, "resync"])
		source.addEventListener(t, (e) => pass(t, JSON.parse(
		    (e as MessageEvent).data)));
}

void navigator.locks.request("parley.events", () => {
	leading = true;
	announce();
	setInterval(later, FORGET_MS / 3);
	return new Promise(() => undefined);	// as long as this tab is there
});
