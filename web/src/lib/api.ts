// api.ts - calls of /api/v1: problems as errors, the session's token.

import { signal } from "@preact/signals";

import { t } from "./lang";

export const BASE = "/api/v1";

export type Row = Record<string, unknown>;

/* What the daemon said of a request it refused (RFC 9457). */
export class Problem extends Error {
	constructor(readonly status: number, readonly code: string,
	    message: string, readonly errors: Row[] = [],
	    readonly body: Row = {}) {
		super(message);
	}
}

export interface Session {
	name: string;
	roles: string[];
	csrf?: string;
	[more: string]: unknown;
}

/* null: nobody is signed in; undefined: not asked yet */
export const session = signal<Session | null | undefined>(undefined);
/* false: the last request had no answer at all */
export const reachable = signal(true);

export interface Options {
	method?: string;
	query?: Record<string, string | string[] | undefined>;
	body?: unknown;
	raw?: Blob;		// instead of a body: the bytes of a file
	etag?: string;
	key?: string;		// the same for a repetition of the same
	signal?: AbortSignal;
}

export function url(path: string, query?: Options["query"]): string {
	const q = new URLSearchParams();

	for (const [name, value] of Object.entries(query ?? {}))
		for (const v of Array.isArray(value) ? value : [value])
			if (v !== undefined && v !== "")
				q.append(name, v);
	const text = q.toString();

	return (path.startsWith(BASE) ? path : BASE + path) +
	    (text ? "?" + text : "");
}

function headersOf(o: Options): Headers {
	const h = new Headers({ Accept: "application/json" });
	const unsafe = o.method && o.method !== "GET";

	if (o.raw)
		h.set("Content-Type", "application/octet-stream");
	else if (o.body !== undefined)
		h.set("Content-Type", "application/json");
	if (unsafe && session.value?.csrf)
		h.set("X-Parley-CSRF", session.value.csrf);
	if (unsafe && o.etag)
		h.set("If-Match", o.etag);
	if (unsafe && o.key)
		h.set("Idempotency-Key", o.key);
	return h;
}

const unreachable = () => new Problem(0, "unreachable",
    t("The daemon does not answer. It may be restarting, or the network between " +
    "you and it is down."));

async function ask(path: string, o: Options): Promise<Response> {
	try {
		const answer = await fetch(url(path, o.query), {
			method: o.method ?? "GET",
			headers: headersOf(o),
			body: o.raw ?? (o.body === undefined ? undefined :
			    JSON.stringify(o.body)),
			credentials: "same-origin",
			cache: "no-store",
			signal: o.signal,
		});

		reachable.value = true;
		return answer;
	} catch (e) {
		if ((e as Error).name === "AbortError")
			throw e;
		reachable.value = false;
		throw unreachable();
	}
}

async function problemOf(answer: Response): Promise<Problem> {
	const body: Row = await answer.json().catch(() => ({}));
	const detail = String(body.detail ?? body.title ??
	    t("The daemon answered {status}.", { status: answer.status }));

	return new Problem(answer.status, String(body.code ?? ""),
	    detail.charAt(0).toUpperCase() + detail.slice(1),
	    Array.isArray(body.errors) ? body.errors as Row[] : [], body);
}

export interface Answer<T> {
	data: T;
	etag?: string;
}

/* Asks for the password once more; false: he did not want to. */
let proof: (() => Promise<boolean>) | null = null;

export function proveWith(fn: () => Promise<boolean>): void {
	proof = fn;
}

export async function call<T = Row>(path: string, o: Options = {}):
    Promise<Answer<T>> {
	const answer = await ask(path, o);

	if (!answer.ok) {
		const p = await problemOf(answer);

		if (p.code === "reauth-required" && proof && await proof())
			return call(path, o);

		if (p.status === 401 && session.value && p.code !==
		    "reauth-required")
			session.value = null;
		throw p;
	}
	const type = answer.headers.get("Content-Type") ?? "";
	const data = answer.status === 204 ? {} : type.includes("json") ?
	    await answer.json() : { text: await answer.text() };

	return { data: data as T,
	    etag: answer.headers.get("ETag") ?? undefined };
}

/* The password was given lately, or is now; false: he did not want to. */
export async function freshly(): Promise<boolean> {
	const { data } = await call("/auth/session");

	return data.fresh === true || !!proof && await proof();
}

/* A large file: done says how many bytes of it are there. */
export function upload(path: string, file: Blob, done: (bytes: number) => void,
    stop: AbortSignal): Promise<Row> {
	return new Promise((then, fail) => {
		const x = new XMLHttpRequest();

		x.open("POST", url(path));
		headersOf({ method: "POST", raw: file }).forEach((value,
		    name) =>
		    x.setRequestHeader(name, value));
		x.upload.onprogress = (e) => done(e.loaded);
		x.onload = async () => {
			const answer = new Response(x.responseText, {
			    status: x.status });

			if (answer.ok)
				then(await answer.json());
			else
				fail(await problemOf(answer));
		};
		x.onerror = () => fail(unreachable());
		x.onabort = () => fail(new DOMException("", "AbortError"));
		stop.addEventListener("abort", () => x.abort());
		x.send(file);
	});
}

export async function get<T = Row>(path: string, query?: Options["query"],
    stop?: AbortSignal): Promise<T> {
	return (await call<T>(path, { query, signal: stop })).data;
}

export interface Page {
	items: Row[];
	next: string | null;
}

export const list = (path: string, query?: Options["query"],
    stop?: AbortSignal): Promise<Page> => get<Page>(path, query, stop);

/* A sentence for people, of whatever was thrown. */
export function sentence(e: unknown): string {
	return e instanceof Error ? e.message : String(e);
}
