// bits.tsx - small parts of every page: states, times, notices, dialogs.

import { signal } from "@preact/signals";
import type { ComponentChildren, VNode } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState }
    from "preact/hooks";

import { sentence } from "../lib/api";
import { alive, watch } from "../lib/events";
import * as format from "../lib/format";
import { t, term } from "../lib/lang";
import { Icon } from "./icons";

/* --- states: a shape and a word, never a colour alone ---------------------- */

type Tone = "good" | "busy" | "warn" | "bad" | "idle";

const TONES: Record<string, Tone> = {};
const SHAPES: Record<Tone, string> = {
	good: "●", busy: "◔", warn: "◐", bad: "✕", idle: "○",
};

const tone = (t: Tone, states: string) =>
	states.split(" ").forEach((s) => { TONES[s] = t; });

tone("good", "ok active bound up online delivered displayed done ready-to " +
    "registered yes kept verified running current in-use good");
tone("busy", "ready sending sent waiting running-now connecting open binding " +
    "pending working draining");
tone("warn", "warn warning held throttled deferred suspended cancelled expired " +
    "unknown undone stopped drained unusable interrupted");
tone("bad", "critical failed down refused blocked spam error bad revoked lost");

export function Status({ state, label }: { state: string; label?: string }):
    VNode {
	const t = TONES[state.toLowerCase()] ?? "idle";

	return <span class={`status ${t}`}>
		<span aria-hidden="true">{SHAPES[t]}</span> {label ?? term(
		    state)}
	</span>;
}

/* --- values ---------------------------------------------------------------- */

export function Time({ at }: { at: unknown }): VNode | null {
	if (!at)
		return <span class="soft">–</span>;
	const iso = String(at);

	return <time dateTime={iso} title={`${new Date(iso).toISOString()
	    .replace("T", " ").replace("Z", " UTC")}, ${format.ago(iso)}`}>
		{format.time(iso)}</time>;
}

/* A sentence of the daemon: its times as ours, what is typed as such. */
export function Said({ text }: { text: unknown }): VNode {
	return <span lang="en">{String(format.local(text)).split("`").map(
	    (piece, i) => i % 2 ? <code>{piece}</code> : piece)}</span>;
}

const STATES = new Set(["state", "status", "result", "online", "outcome"]);

/* Any value of an answer, by its look. */
export function Value({ name, value }: { name: string; value: unknown }):
    VNode {
	if (value === null || value === undefined || value === "" ||
	    Array.isArray(value) && value.length === 0)
		return <span class="soft">–</span>;
	if (name === "online")
		return <Status state={value ? "online" : "offline"} />;
	if (typeof value === "boolean")
		return <span>{value ? t("yes") : <span class="soft">{t(
		    "no")}</span>}</span>;
	if (typeof value === "string" && format.ISO.test(value))
		return <Time at={value} /> as VNode;
	if (STATES.has(name) && typeof value === "string")
		return <Status state={value} />;
	if (typeof value === "string" && value.startsWith("tel:"))
		return <span class="nowrap">{format.address(value)}</span>;
	if (Array.isArray(value) && value.every((v) => typeof v !== "object"))
		return <span>{value.join(", ")}</span>;
	if (typeof value === "object")
		return <code>{JSON.stringify(value)}</code>;
	// what somebody chose as a name turns nothing around it
	return <bdi>{String(value)}</bdi>;
}

/* --- notices that come and go ---------------------------------------------- */

interface Toast {
	id: number;
	text: string;
	bad: boolean;
}

const toasts = signal<Toast[]>([]);
let toastId = 0;

export function toast(text: string, bad = false): void {
	const id = ++toastId;

	toasts.value = [...toasts.value.slice(-3), { id, text, bad }];
	setTimeout(() => {
		toasts.value = toasts.value.filter((t) => t.id !== id);
	}, bad ? 12000 : 6000);
}

export function Toasts(): VNode {
	return <div id="toasts" role="status" aria-live="polite">
		{toasts.value.map((t) => <p key={t.id}
		    class={t.bad ? "toast bad" : "toast"}>
			<span aria-hidden="true">{t.bad ? "✕" :
			    "✓"}</span> {t.text}
		</p>)}
	</div>;
}

/* --- what went wrong, what is empty, what is on its way -------------------- */

export function Fault({ error, again }: { error: unknown;
    again?: () => void }): VNode {
	return <div class="notice bad" role="alert">
		<p><b aria-hidden="true">✕</b> {sentence(error)}</p>
		{again && <button type="button" onClick={again}>{t(
		    "Try again")}</button>}
	</div>;
}

export function Notice({ tone: t = "info", children }: {
    tone?: "info" | "warn" | "bad" | "good"; children?: ComponentChildren }):
    VNode {
	const mark = { info: <Icon name="about" />, warn: "◐", bad: "✕",
	    good: "✓" }[t];

	return <div class={`notice ${t}`}><b aria-hidden="true">{mark}</b>
		<div>{children}</div></div>;
}

export function Empty({ title, children }: { title: string;
    children?: ComponentChildren }): VNode {
	return <div class="empty"><p><b>{title}</b></p>{children}</div>;
}

export function Busy({ what = t("Loading") }: { what?: string }): VNode {
	return <p class="loading soft" role="status">{what} …</p>;
}

/* --- a page's head and its cards ------------------------------------------- */

export function Head({ title, about, back, children }: {
    title: ComponentChildren; about?: ComponentChildren;
    back?: VNode; children?: ComponentChildren }): VNode {
	return <div class="head">
		<div>
			{back && <p class="back">{back}</p>}
			<h1>{title}</h1>
			{about && <p class="soft about">{about}</p>}
		</div>
		<div class="actions">{children}</div>
	</div>;
}

export function Card({ title, aside, wide, children }: { title?: string;
    aside?: ComponentChildren; wide?: boolean; children?: ComponentChildren }):
    VNode {
	const id = useId();

	return <section class={wide ? "card wide" : "card"}
	    aria-labelledby={title && id}>
		{title && <div class="card-head"><h2 id={id}>{title}</h2>
			{aside}</div>}
		{children}
	</section>;
}

/* Name and value pairs. */
export function Facts({ rows }: { rows: [string, ComponentChildren][] }):
    VNode {
	return <dl class="facts">{rows.map(([name, value]) => <div key={name}>
		<dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
}

/* --- copying --------------------------------------------------------------- */

export function Copy({ text, label = t("Copy") }: { text: string;
    label?: string }): VNode {
	const [done, setDone] = useState(false);

	return <button type="button" class="quiet small" title={label}
	    aria-label={label} onClick={async () => {
		try {
			await navigator.clipboard.writeText(text);
			setDone(true);
			setTimeout(() => setDone(false), 1500);
		} catch {
			toast(t("The browser did not let us copy; select the " +
			    "text."),
			    true);
		}
	}}><Icon name="copy" /> {done ? t("copied") : ""}</button>;
}

/* The line of the shell that does the same. */
export function Shell({ line }: { line: string }): VNode {
	return <div class="shell">
		<span class="soft" id="shell-label">{t("In the shell")}</span>
		<code>{line}</code>
		<Copy text={line} label={t("Copy the shell line")} />
	</div>;
}

/* --- dialogs --------------------------------------------------------------- */

/* Modal; Escape and a click beside it close it; focus goes back. */
export function Dialog({ title, side, close, children }: {
    title: ComponentChildren; side?: boolean; close: () => void;
    children?: ComponentChildren }): VNode {
	const ref = useRef<HTMLDialogElement>(null);
	const id = useId();

	// before a form inside moves the focus to its first field
	useLayoutEffect(() => {
		const d = ref.current!, before = document.activeElement;

		d.showModal();
		// who opened a form wants to type, not to close it
		d.querySelector<HTMLElement>("form :is(input, select, " +
		    "textarea):not(:disabled)")?.focus();
		return () => {
			d.close();
			if (before instanceof HTMLElement && before.isConnected)
				before.focus();
		};
	}, []);
	return <dialog ref={ref} class={side ? "side" : ""} aria-labelledby={id}
	    onCancel={(e) => { e.preventDefault(); close(); }}
	    onMouseDown={(e) => { if (e.target === ref.current) close(); }}>
		<div class="dialog">
			<div class="dialog-head">
				<h2 id={id}>{title}</h2>
				<button type="button" class="quiet" aria-label={t(
				    "Close")}
				    onClick={close}><Icon name="close" /></button>
			</div>
			{children}
		</div>
	</dialog>;
}

/* --- menus ----------------------------------------------------------------- */

export interface Item {
	label: string;
	help?: string;
	danger?: boolean;
	act: () => void;
}

/* Above everything, so that no list cuts it off: under its button, or over. */
function place(box: HTMLElement): void {
	const menu = box.querySelector<HTMLElement>("[role=menu]")!;
	const by = box.querySelector("button")!.getBoundingClientRect();

	menu.showPopover();
	const { width, height } = menu.getBoundingClientRect();
	const below = by.bottom + 4 + height <= innerHeight;

	menu.style.left = `${Math.max(8, Math.min(by.right - width,
	    innerWidth - width - 8))}px`;
	menu.style.top = `${below ? by.bottom + 4 :
	    Math.max(8, by.top - 4 - height)}px`;
}

/* A button that opens a list of actions; arrow keys, Escape. */
export function Menu({ label, icon = "more", items, text }: { label: string;
    icon?: string; items: Item[]; text?: ComponentChildren }): VNode | null {
	const [open, setOpen] = useState(false);
	const box = useRef<HTMLDivElement>(null);

	useEffect(() => {
		if (!open)
			return;
		const away = (e: Event) => {
			if (!box.current?.contains(e.target as Node))
				setOpen(false);
		};
		const shut = () => setOpen(false);

		place(box.current!);
		box.current!.querySelector<HTMLElement>("[role=menuitem]")?.focus();
		document.addEventListener("pointerdown", away);
		addEventListener("scroll", away, true);
		addEventListener("resize", shut);
		return () => {
			document.removeEventListener("pointerdown", away);
			removeEventListener("scroll", away, true);
			removeEventListener("resize", shut);
		};
	}, [open]);

	function key(e: KeyboardEvent) {
		const all = [...box.current!.querySelectorAll<HTMLElement>(
		    "[role=menuitem]")];
		const at = all.indexOf(document.activeElement as HTMLElement);
		const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];

		if (e.key === "Escape" && open) {
			e.stopPropagation();
			e.preventDefault();
			setOpen(false);
			box.current!.querySelector("button")!.focus();
		} else if (step && open) {
			e.preventDefault();
			all[(at + step + all.length) % all.length]?.focus();
		}
	}

	if (items.length === 0)
		return null;
	return <div class="menu" ref={box} onKeyDown={key}
	    onClick={(e) => e.stopPropagation()}>
		<button type="button" class={text ? "" : "quiet"}
		    aria-haspopup="menu" aria-expanded={open}
		    aria-label={text ? undefined : label}
		    onClick={() => setOpen(!open)}>
			{text ?? <Icon name={icon} />}{text &&
			    <Icon name="down" />}
		</button>
		{open && <div role="menu" aria-label={label} popover="manual">
			{items.map((i) => <button type="button" role="menuitem"
			    key={i.label} class={i.danger ? "danger" : ""}
			    onClick={() => { setOpen(false); i.act(); }}>
				<span>{i.label}</span>
				{i.help && <small>{i.help}</small>}
			</button>)}
		</div>}
	</div>;
}

/* Something new: an event, or where none comes the time. */
export function useNews(fn: () => void, everyMs: number, topic?: string):
    void {
	const now = useRef(fn);

	now.current = fn;
	useEffect(() => {
		const end = topic ? watch(topic, () => now.current()) :
		    undefined;
		const t = everyMs ? setInterval(() => {
			if (!document.hidden && !(topic && alive.value))
				now.current();
		}, everyMs) : 0;

		return () => { clearInterval(t); end?.(); };
	}, [everyMs, topic]);
}

/* --- loading data for a page ----------------------------------------------- */

export interface Loaded<T> {
	data?: T;
	error?: unknown;
	again: () => void;
}

/*
 * Ask when deps change, and every so often, or when an event of the topic
 * comes; answers that come too late are dropped.
 */
export function useLoad<T>(ask: (stop: AbortSignal) => Promise<T>,
    deps: unknown[], everyMs = 0, topic?: string): Loaded<T> {
	const [state, set] = useState<{ data?: T; error?: unknown }>({});
	const [turn, setTurn] = useState(0);

	useEffect(() => {
		const stop = new AbortController();

		ask(stop.signal).then((data) => set({ data }), (error) => {
			if (!stop.signal.aborted)
				set((was) => ({ data: was.data, error }));
		});
		return () => stop.abort();
	}, [...deps, turn]);
	useNews(() => setTurn((n) => n + 1), everyMs, topic);
	return { ...state, again: () => setTurn((n) => n + 1) };
}
