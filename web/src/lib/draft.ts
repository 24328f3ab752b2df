// draft.ts - changes of settings before they are in force.

import { computed, signal } from "@preact/signals";

import { call, list, type Row } from "./api";
import { quote } from "./meta";

export interface Change {
	path: string;		// "gateway smsc1 window"
	value: string | null;	// null: back to the default
}

const staged = signal<Change[]>([]);

export const changes = computed(() => staged.value);

export const lineOf = (c: Change): string => c.value === null ?
    `delete ${c.path}` : `set ${c.path} ${quote(c.value)}`;

export function changeOf(path: string): Change | undefined {
	return staged.value.find((c) => c.path === path);
}

/* undefined: as it is in force. */
export function stage(path: string, value: string | null | undefined): void {
	const others = staged.value.filter((c) => c.path !== path);

	staged.value = value === undefined ? others :
	    [...others, { path, value }];
}

export function discard(): void {
	staged.value = [];
}

async function send(check: boolean, comment: string): Promise<Row> {
	return (await call("/config/running", { method: "POST", body: {
		lines: staged.value.map(lineOf),
		...check ? { check: true } : {},
		...comment ? { comment } : {},
	} })).data;
}

/* Throws a Problem that says which line is wrong. */
export const check = (): Promise<Row> => send(true, "");

export async function commit(comment: string): Promise<Row> {
	const done = await send(false, comment);

	discard();
	inForce.value++;
	return done;
}

/* --- what is in force ------------------------------------------------------ */

/* Goes up with every commit: who shows settings asks again. */
export const inForce = signal(0);

export async function running(prefix: string, all: boolean,
    stop?: AbortSignal): Promise<Map<string, { value: string; given: boolean }>> {
	const page = await list("/config/running", { path: prefix ?
	    prefix.split(" ") : [], all: all ? "on" : undefined }, stop);

	return new Map(page.items.map((r) => [String(r.setting),
	    { value: String(r.value), given: r.given === true }]));
}
