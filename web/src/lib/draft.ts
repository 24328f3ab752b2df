// draft.ts - a person's proposed settings: on the daemon, shared with his shell.
//
// What is typed is sent line by line; until the daemon has taken it, it is
// kept here with what the daemon said of it.

import { computed, signal } from "@preact/signals";

import { call, get, list, Problem, sentence, session, type Row } from "./api";
import { alive, watch } from "./events";
import { allowed, op, quote } from "./meta";

export interface Change {
	path: string;			// "gateway smsc1 window"
	value: string | null;		// null: back to the default
	was: string | null;
	fallback: string | null;
	secret: boolean;
	impact: string;
}

export interface Conflict {
	path: string;
	base: string | null;
	mine: string | null;
	theirs: string | null;
	their_actor: string | null;
	their_revision: number;
}

export interface Draft {
	tag: number;
	base: number;
	running: number;
	changes: Change[];
	conflicts: Conflict[];
	sentences: string[];
	text: string;
}

export interface Pending {
	pending: boolean;
	running: number;
	revision?: number;
	actor?: string;
	until?: string;
	left_s?: number;
	notice?: string | null;
}

const DRAFT = "/config/drafts/main";

export const draft = signal<Draft | null>(null);
export const pending = signal<Pending | null>(null);
/* Goes up with every revision in force: who shows settings asks again. */
export const inForce = signal(0);

interface Typed {
	value: string | null | undefined;	// undefined: as it is in force
	error?: string;
}

const typed = signal<Map<string, Typed>>(new Map());

export const changes = computed(() => draft.value?.changes ?? []);

export const lineOf = (path: string, value: string | null): string =>
	value === null ? `delete ${path}` : `set ${path} ${quote(value)}`;

/* --- reading ---------------------------------------------------------------------- */

function changeFrom(r: Row): Change {
	return {
		path: (r.path as string[]).join(" "),
		value: r.op === "delete" ? null : String(r.will),
		was: r.was as string | null,
		fallback: r.default as string | null,
		secret: r.secret === true,
		impact: String(r.impact),
	};
}

/* The shell of the same person, or a revision, changed what is proposed. */
function again(): void {
	if (draft.value && !typed.value.size)
		loadDraft().catch(() => undefined);
}

let end: (() => void) | null = null;	// of its events: not for every role

session.subscribe((who) => {
	if (!who) {
		end?.();
		end = null;
		draft.value = null;
	}
});

export async function loadDraft(): Promise<void> {
	if (!allowed(op("configuration draft show")))
		return;
	end ??= watch("drafts", again);

	const d = await get(DRAFT);

	draft.value = {
		tag: Number(d.tag), base: Number(d.base),
		running: Number(d.running),
		changes: (d.changes as Row[]).map(changeFrom),
		conflicts: d.conflicts as Conflict[],
		sentences: d.sentences as string[],
		text: String(d.text ?? ""),
	};
	seen(draft.value.running);
}

export async function loadPending(): Promise<void> {
	if (!allowed(op("show configuration pending")))
		return;
	pending.value = await get("/config/pending") as unknown as Pending;
	seen(pending.value.running);
}

let running_ = 0;

/* Somebody committed: forms show what is in force now. */
function seen(revision: number): void {
	if (running_ && revision !== running_)
		inForce.value++;
	running_ = revision;
}

/* --- editing ---------------------------------------------------------------------- */

/* What a field shows: typed here, staged there, or nothing of the kind. */
export function proposed(path: string): { value: string | null;
    error?: string; secret?: boolean } | undefined {
	const t = typed.value.get(path);

	if (t)
		return t.value === undefined ? undefined :
		    { value: t.value, error: t.error };
	return changes.value.find((c) => c.path === path);
}

function setTyped(path: string, t: Typed | undefined): void {
	const next = new Map(typed.value);

	if (t)
		next.set(path, t);
	else
		next.delete(path);
	typed.value = next;
}

const timers = new Map<string, number>();
let queue: Promise<unknown> = Promise.resolve();

/* One after the other, so that the daemon sees them as they were typed. */
function queued<T>(what: () => Promise<T>): Promise<T> {
	const next = queue.then(what, what);

	queue = next.catch(() => undefined);
	return next;
}

async function send(path: string, value: Typed["value"]): Promise<void> {
	if (value !== undefined)
		await call(DRAFT, { method: "PATCH", body: {
		    lines: [lineOf(path, value)] } });
	else if (changes.value.some((c) => c.path === path))
		await call(DRAFT, { method: "DELETE", query: { path } });
}

async function flush(path: string): Promise<void> {
	const t = typed.value.get(path);

	if (!t)
		return;
	try {
		await queued(() => send(path, t.value));
		await loadDraft();
		if (typed.value.get(path) === t)
			setTyped(path, undefined);
	} catch (e) {
		if (typed.value.get(path) === t)
			setTyped(path, { ...t, error: sentence(e) });
	}
}

/* undefined: as it is in force.  Sent when the typing has paused. */
export function stage(path: string, value: string | null | undefined,
    wait = 350): void {
	setTyped(path, { value });
	clearTimeout(timers.get(path));
	timers.set(path, window.setTimeout(() => flush(path), wait));
}

/* Many lines at once, all or none. */
export async function stageLines(lines: string[]): Promise<void> {
	await queued(() => call(DRAFT, { method: "PATCH", body: { lines } }));
	await loadDraft();
}

/* Everything that is typed has gone out. */
export async function settled(): Promise<void> {
	for (const path of [...typed.value.keys()])
		if (!typed.value.get(path)?.error) {
			clearTimeout(timers.get(path));
			await flush(path);
		}
}

export async function discard(paths?: string[]): Promise<void> {
	await queued(() => call(DRAFT, { method: "DELETE",
	    query: paths ? { path: paths } : {} }));
	typed.value = new Map();
	await loadDraft();
}

export async function resolve(path: string, choose: "mine" | "theirs"):
    Promise<void> {
	await call(`${DRAFT}/resolve`, { method: "POST",
	    body: { path, choose } });
	await loadDraft();
}

export const show = async (format: string): Promise<string> =>
	String((await get(DRAFT, { format })).text ?? "");

/* --- check and commit -------------------------------------------------------------- */

export interface Checked {
	ok: boolean;
	errors: string[];
	tests: { path: string; ok: boolean; says: string }[];
	plan: { says: string; impact: string }[];
	lockout: boolean;
	revert_in_s: number;
}

export async function check(): Promise<Checked> {
	await settled();
	return (await call(`${DRAFT}/check`, { method: "POST", body: {} }))
	    .data as unknown as Checked;
}

export async function commit(comment: string, revertIn: number):
    Promise<Row> {
	const done = (await call(`${DRAFT}/commit`, { method: "POST", body: {
		...comment ? { comment } : {},
		...revertIn ? { revert_in_s: revertIn } : {},
		expect_running: draft.value!.running,
		expect_tag: draft.value!.tag,
	} })).data;

	await Promise.all([loadDraft(), loadPending()]);
	return done;
}

/*
 * To keep proves that we still get in: the daemon wants to hear it over a
 * connection that is newer than the revision.  Each refusal closes one of the
 * browser's old ones.
 */
export async function keep(): Promise<void> {
	for (let tries = 0; ; tries++)
		try {
			await call("/config/pending/keep", { method: "POST",
			    body: {} });
			break;
		} catch (e) {
			if (!(e instanceof Problem && e.status === 409) ||
			    tries === 12)
				throw e;
			await new Promise((then) => setTimeout(then, 150));
		}
	await Promise.all([loadDraft(), loadPending()]);
}

export async function undo(): Promise<void> {
	await call("/config/pending/undo", { method: "POST", body: {} });
	await Promise.all([loadDraft(), loadPending()]);
}

/* --- what is in force -------------------------------------------------------------- */

export type Running = Map<string, { value: string; given: boolean }>;

export async function running(prefix: string, all: boolean,
    stop?: AbortSignal): Promise<Running> {
	const page = await list(op("show configuration")!.path, {
	    path: prefix ? prefix.split(" ") : [], all: all ? "on" :
	    undefined },
	    stop);

	return new Map(page.items.map((r) => [String(r.setting),
	    { value: String(r.value), given: r.given === true }]));
}

/* Where no event comes. */
async function look(): Promise<void> {
	try {
		if (!document.hidden && session.value && draft.value)
			await Promise.all([alive.value ? null : loadPending(),
			    alive.value || typed.value.size ? null :
			    loadDraft()]);
	} catch {
		// the strip on top says that there is no answer
	}
	setTimeout(look, 5000);
}

export function startDraft(): void {
	watch("pending", (data) => {
		pending.value = data as unknown as Pending;
		seen(pending.value.running);
	});
			watch("config", again);
	setTimeout(look, 5000);
}
