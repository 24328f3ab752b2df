// meta.ts - what the daemon can do: its operations and settings as rows.
//
// Forms, filters, actions and the shell's lines are made from these rows, so
// that a new operation or setting needs nothing here.

import { signal } from "@preact/signals";

import { BASE, call, list, session, type Answer, type Row } from "./api";
import { deed } from "./lang";

export interface Arg {
	name: string;
	required?: boolean;
	position?: boolean;
	repeat?: boolean;
	secret?: boolean;
	flag?: boolean;
	file?: boolean;
	path?: boolean;
	complete: string | null;
	help: string;
	type?: string;		// text, lines, int, time, span, choice ...
	range?: string | null;
	unit?: string | null;
	default?: string | null;
}

export interface Op {
	command: string;
	method: string;
	path: string;
	role: string;
	help: string;
	args: Arg[];
	answer?: string;	// its fields, as the daemon's op/answer.h says
	sort?: string[];	// those that a list can be sorted by
}

export interface Setting {
	section: string;
	named: boolean;
	name: string;
	type: string;
	range: string | null;
	choices: string | null;
	default: string | null;
	required: boolean;
	impact: string;
	help: string;
	about: string;
}

export const operations = signal<Op[]>([]);
export const schema = signal<Setting[]>([]);

type Meta = [Op[], Setting[]];

const askMeta = () => Promise.all([list("/operations"),
    list("/config/schema")]).then(([ops, rows]) => [ops.items, rows.items] as
    unknown as Meta);

/* Asked before we know who is here, where somebody was here before. */
let early: Promise<Meta | null> | null = null;

export function askEarly(): void {
	early = askMeta().catch(() => null);
}

export async function loadMeta(): Promise<void> {
	const [ops, rows] = await early ?? await askMeta();

	early = null;
	schema.value = rows;
	operations.value = ops;
}

export function op(command: string): Op | undefined {
	return operations.value.find((o) => o.command === command);
}

export function opAt(method: string, path: string): Op | undefined {
	return operations.value.find((o) => o.method === method &&
	    o.path === BASE + path);
}

/* Cosmetic: the daemon decides. */
export function allowed(o: Op | undefined): boolean {
	if (!o)
		return false;
	const roles = o.role.split(", ");

	return roles.includes("none") || roles.includes("anyone") ||
	    (session.value?.roles ?? []).some((r) => roles.includes(r));
}

/* "a|b|c" of an argument: its words, or none. */
export function choices(text: string | null): string[] {
	return text && text.includes("|") ? text.split("|") : [];
}

/* The names in "[address+ state=a|b ids:[id] days:int?]": those of its rows. */
export function fieldsOf(o: Op): string[] {
	const found: string[] = [];
	let depth = 0;

	for (const [, word, brackets] of (o.answer ?? "").slice(1)
	    .matchAll(/([^\s[\]{}]*)([[\]{}]*)\s*/g)) {
		if (depth === 0 && word)
			found.push(word.split(/[:=?~+]/)[0]);
		for (const b of brackets)
			depth += b === "[" || b === "{" ? 1 : -1;
		if (depth < 0)
			break;
	}
	return found;
}

/* A certificate or a key: many lines, best from a file. */
export const isPem = (a: Arg): boolean => !!a.secret && /^PEM\b/.test(a.help);

/* --- calls ----------------------------------------------------------------- */

export type Values = Record<string, string | string[] | undefined>;
export type Files = Record<string, Blob | undefined>;

const given = (v: Values[string]) => v !== undefined && v !== "" &&
    !(Array.isArray(v) && v.length === 0);

function pathOf(o: Op, values: Values): string {
	return o.path.replace(/\{([^}]+)\}/g, (_, name) =>
	    encodeURIComponent(String(values[name] ?? "")));
}

/* Do it.  What is not given is not sent. */
export function run(o: Op, values: Values,
    how: { etag?: string; key?: string } =
    {}, files: Files = {}): Promise<Answer<Row>> {
	const rest: Record<string, string | string[]> = {};
	const file = o.args.find((a) => a.file && files[a.name]);

	for (const a of o.args)
		if (given(values[a.name]) && a !== file &&
		    !o.path.includes(`{${a.name}}`))
			rest[a.name] = values[a.name]!;
	const inQuery = o.method === "GET" || o.method === "DELETE" || file;

	return call<Row>(pathOf(o, values), {
		method: o.method, ...how,
		raw: file && files[file.name],
		query: inQuery ? rest : undefined,
		body: inQuery ? undefined : rest,
	});
}

/* How an object is now, and the tag that a change of it must show. */
export async function before(o: Op, values: Values):
    Promise<Answer<Row> | null> {
	const twin = (o.method === "PATCH" || o.method === "DELETE") &&
	    operations.value.some((t) => t.method === "GET" &&
	    t.path === o.path);

	return twin ? call<Row>(pathOf(o, values)) : null;
}

/* How an object is now, as the texts of a form. */
export function initialOf(o: Op, row: Row): Values {
	const found: Values = {};

	for (const a of o.args) {
		const v = row[a.name] ?? row[a.name.replace(/-/g, "_")];

		if (v === undefined || v === null || a.secret)
			continue;
		found[a.name] = typeof v === "boolean" ? v ? "on" : "off" :
		    String(v);
	}
	return found;
}

/* --- the shell's way to say it --------------------------------------------- */

const PLAIN = /^[A-Za-z0-9_@%+=:,./*-]+$/;

export const quote = (word: string): string =>
	PLAIN.test(word) ? word : `"${word.replace(/(["\\])/g, "\\$1")}"`;

export function shellLine(o: Op, values: Values): string {
	const words = [o.command];
	const options: string[] = [];

	for (const a of o.args) {
		const v = values[a.name];

		if (isPem(a) && given(v))
			options.push(`--${a.name}-file`,
			    `${a.name.toUpperCase()}.pem`);
		else if (a.secret && given(v))
			options.push(`--${a.name}-prompt`);
		else if (a.flag && given(v))
			options.push(`--${a.name}`);
		else if (a.file && (given(v) || a.required))
			words.push("FILE");
		else if (given(v))
			for (const one of Array.isArray(v) ? v : [v!])
				if (a.position || a.path)
					words.push(quote(one));
				else
					options.push(`--${a.name}`, quote(one));
		else if (a.required || a.path)
			words.push(a.name.toUpperCase());
	}
	return `parley ${[...words, ...options].join(" ")}`;
}

/* "subscriber add" as a button says it: "Add subscriber". */
const VERBS: Record<string, string> = { set: "change", show: "show" };

export function titleOf(o: Op): string {
	const all = o.command.split(" ");
	const last = all[all.length - 1];
	const text = all.length < 2 ? deed(last, "").trim() :
	    /^(show|test|explain|lookup)$/.test(all[0]) ?
	    deed(all[0], all.slice(1).join(" ")) :
	    deed(VERBS[last] ?? last, all.slice(0, -1).join(" "));

	return text.charAt(0).toUpperCase() + text.slice(1).replace(/-/g, " ");
}

/* --- what can be done with the rows of a list ------------------------------ */

export interface Actions {
	create: Op[];		// POST to the list's own path
	show?: Op;		// GET of one
	row: Op[];		// everything else that names one row
}

/* keyed: fields of a row that stand for {names} of a path, if not the same */
export function actionsOf(path: string): Actions {
	const found: Actions = { create: [], row: [] };
	const under = BASE + path + "/{";

	for (const o of operations.value) {
		if (o.path === BASE + path && o.method === "POST")
			found.create.push(o);
		else if (o.path.startsWith(under) && o.method === "GET" &&
		    !o.path.slice(under.length).includes("/"))
			found.show ??= o;
		else if (o.path.startsWith(under) && o.method !== "GET")
			found.row.push(o);
	}
	return found;
}

/* --- names of live things -------------------------------------------------- */

export async function names(kind: string, prefix: string,
    stop?: AbortSignal): Promise<string[]> {
	const page = await list("/complete", { kind, prefix }, stop);

	return page.items.map((r) => String(r.name));
}
