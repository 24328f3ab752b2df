// frame.tsx - what is around every page: header, navigation, search, help.

import { signal } from "@preact/signals";
import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { reachable, sentence, session } from "../lib/api";
import { changes, inForce, keep, pending, running, undo }
    from "../lib/draft";
import { ago, time, zone } from "../lib/format";
import { choose, chosen, LANGUAGES, t, term, tx } from "../lib/lang";
import { checks, stale } from "../lib/live";
import { allowed, op, operations, schema } from "../lib/meta";
import { go, Link, place } from "../lib/router";
import { signOut } from "../lib/session";
import { NAV, visible } from "../nav";
import { Dialog, Menu, Status, toast, Toasts, useLoad } from "./bits";
import { Icon } from "./icons";
import { search, type Hit } from "./search";

/* --- theme ----------------------------------------------------------------- */

export const theme = signal(localStorage.getItem("parley.theme") ?? "system");

export function applyTheme(name: string): void {
	theme.value = name;
	localStorage.setItem("parley.theme", name);
	if (name === "system")
		document.documentElement.removeAttribute("data-theme");
	else
		document.documentElement.setAttribute("data-theme", name);
}

/* --- search ---------------------------------------------------------------- */

const searching = signal(false);

function Search(): VNode {
	const [text, setText] = useState("");
	const [hits, setHits] = useState<Hit[]>([]);
	const [at, setAt] = useState(0);
	const close = () => { searching.value = false; };

	useEffect(() => {
		const stop = new AbortController();
		const t = setTimeout(() => {
			search(text, stop.signal).then((h) => {
				if (!stop.signal.aborted) {
					setHits(h);
					setAt(0);
				}
			}, () => undefined);
		}, text ? 120 : 0);

		return () => { clearTimeout(t); stop.abort(); };
	}, [text]);

	function take(h: Hit | undefined) {
		if (!h)
			return;
		close();
		go(h.to);
	}
	function key(e: KeyboardEvent) {
		const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];

		if (step && hits.length) {
			e.preventDefault();
			setAt((at + step + hits.length) % hits.length);
		} else if (e.key === "Enter") {
			e.preventDefault();
			take(hits[at]);
		}
	}
	return <Dialog title={t("Search")} close={close}>
		<input type="search" class="search-box" role="combobox"
		    list={undefined}
		    aria-label={t("Number, message id, gateway, page, setting")}
		    aria-expanded={hits.length > 0} aria-controls="hits"
		    aria-activedescendant={hits.length ? `hit-${at}` :
		    undefined}
		    placeholder={t("Number, message id, gateway, page, " +
		    "setting")}
		    autocomplete="off" spellcheck={false} autofocus value={text}
		    onKeyDown={key}
		    onInput={(e) => setText(e.currentTarget.value)} />
		<div id="hits" role="listbox" aria-label={t("Found")}>
			{hits.map((h, i) => <button type="button" role="option"
			    key={h.to + h.label} id={`hit-${i}`} tabIndex={-1}
			    aria-selected={i === at} class={i === at ? "on" :
			    ""}
			    onClick={() => take(h)}>
				<span class="badge">{h.type}</span>
				<span class="hit">{h.label}
					{h.help &&
					    <small>{h.help}</small>}</span>
			</button>)}
		</div>
		{hits.length === 0 && <p class="soft">{text ? t(
		    "Nothing found. " +
		    "Message texts are never searched.") : ""}</p>}
	</Dialog>;
}

/* --- keys ------------------------------------------------------------------ */

const helping = signal(false);

/* Second key after g. */
export const GO: Record<string, [string, string]> = {
	d: ["/", t("Dashboard")], h: ["/health", t("Health")],
	m: ["/messages", t("Messages")], q: ["/queues", t("Queues")],
	s: ["/subscribers", t("Subscribers")], g: ["/gateways", t("Gateways")],
	r: ["/routes", t("Routes")], e: ["/explain", t("Explain")],
	c: ["/draft", t("Review changes")], a: ["/audit", t("Audit")],
};

let waiting = 0;

function keys(e: KeyboardEvent): void {
	const el = e.target as HTMLElement;
	const typing = el.matches("input, textarea, select, [contenteditable]");

	if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "k") {
		e.preventDefault();
		searching.value = true;
		return;
	}
	if (typing || e.ctrlKey || e.altKey || e.metaKey ||
	    document.querySelector("dialog[open]"))
		return;
	if (e.key === "?") {
		helping.value = true;
	} else if (e.key === "/") {
		e.preventDefault();
		searching.value = true;
	} else if (e.key === "g" && Date.now() - waiting > 1200) {
		waiting = Date.now();
	} else if (Date.now() - waiting < 1200 && GO[e.key]) {
		waiting = 0;
		go(GO[e.key][0]);
	}
}

function Help(): VNode {
	const rows: [string, string][] = [
		["Ctrl-K or /", t("Search")], ["?", t("Keys")],
		["↑ ↓ or j k", t("row by row in a list")],
		["Enter", t("open the row")], ["Esc", t("close what is open")],
		...Object.entries(GO).map(([k, [, what]]): [string, string] =>
		    [`g ${k}`, t("go to: {page}", { page: what })]),
	];

	return <Dialog title={t("Keys")} close={() =>
	    { helping.value = false; }}>
		<dl class="keys">{rows.map(([k, what]) => <div key={k}>
			<dt>{k.split(" ").map((w) => w === "or" ?
			    ` ${t("or")} ` :
			    <kbd key={w}>{w}</kbd>)}</dt><dd>{what}</dd></div>)}</dl>
	</Dialog>;
}

/* --- strips on top --------------------------------------------------------- */

function Window(): VNode | null {
	const [left, setLeft] = useState(0);
	const [working, setWorking] = useState(false);
	const p = pending.value;

	useEffect(() => {
		const look = () => setLeft(Math.max(0, Math.round((new Date(
		    p?.until ?? 0).getTime() - Date.now()) / 1000)));
		const t = setInterval(look, 500);

		look();
		return () => clearInterval(t);
	}, [p?.until]);
	if (!p?.pending)
		return null;
	const act = (what: () => Promise<void>, says: string) => async () => {
		setWorking(true);
		try {
			await what();
			toast(says);
		} catch (e) {
			toast(sentence(e), true);
		}
		setWorking(false);
	};

	return <div class="strip bad window" role="alert">
		<p>{tx("Revision {n} of {who} is in force. It is undone in " +
		    "{left} unless it is kept.", { n: p.revision, who: p.actor,
		    left: <b class="nowrap">{Math.floor(left / 60)}:{String(
		    left % 60).padStart(2, "0")}</b> })}</p>
		<button type="button" disabled={working} onClick={act(keep,
		    t("Revision {n} is kept.", { n: p.revision }))}>{t(
		    "Keep changes")}</button>
		<button type="button" disabled={working} onClick={act(undo,
		    t("Revision {n} is undone.", { n: p.revision }))}>{t(
		    "Undo now")}</button>
	</div>;
}

function Strips(): VNode {
	return <>
		<Window />
		{pending.value?.notice && <p class="strip warn" role="alert"><b
		    aria-hidden="true">◐</b> {pending.value.notice}</p>}
		{!reachable.value && <p class="strip bad" role="alert">
			<b aria-hidden="true">✕</b> {t(
			    "The daemon does not answer. " +
			    "What you see is old; this page goes on by itself as " +
			    "soon as it is back.")}</p>}
		{reachable.value && stale.value > 0 && <p class="strip warn"
		    role="alert"><b aria-hidden="true">◐</b> {t(
			"Figures are old: the last came {ago}.", { ago: ago(
			new Date(stale.value).toISOString()) })}
		</p>}
	</>;
}

/* --- header ---------------------------------------------------------------- */

function Account(): VNode {
	const set = (label: string, on: boolean, act: () => void) =>
		({ label: (on ? "✓ " : "   ") + label, act });

	return <Menu label={t("Account")} text={<span class="who">
	    {session.value?.name}</span>} items={[
		...["system", "light", "dark"].map((name) => set(t(
		    "Theme: {name}", { name: term(name) }),
		    theme.value === name, () => applyTheme(name))),
		...[["", t("as the browser")],
		    ...Object.entries(LANGUAGES)].map(
		    ([id, name]) => set(t("Language: {name}", { name }),
		    chosen === id, () => choose(id))),
		set(t("Times: as here"), zone.value === "local", () =>
		    setZone("local")),
		set(t("Times: UTC"), zone.value === "utc", () =>
		    setZone("utc")),
		{ label: t("Keys"), help: "?", act: () =>
		    { helping.value = true; } },
		{ label: t("Your account"), act: () => go("/account") },
		{ label: t("Sign out"), act: signOut },
	]} />;
}

function setZone(z: "local" | "utc"): void {
	zone.value = z;
	localStorage.setItem("parley.zone", z);
	toast((z === "utc" ? t("Times are shown in UTC:") :
	    t("Times are shown as on this computer:")) + " " + time(Date.now()));
}

const open = signal(false);	// the drawer of a narrow screen

/* Whose machine this is. */
function Site(): VNode | null {
	const may = allowed(op("show configuration"));
	const { data } = useLoad(async (stop) => may ? (await running(
	    "site domain", true, stop)).get("site domain")?.value : undefined,
	    [may, inForce.value]);

	return data ? <span class="site soft" title={data}><bdi>{data}</bdi></span> :
	    null;
}

function Header(): VNode {
	const bad = checks.value.filter((c) => c.state !== "ok");
	const n = changes.value.length;

	return <header>
		<button type="button" class="quiet nav-toggle" aria-label={t(
		    "Pages")}
		    aria-expanded={open.value} aria-controls="nav"
		    onClick={() => { open.value = !open.value; }}>
			<Icon name="menu" /></button>
		<Link to="/" class="brand"><svg viewBox="0 0 24 24"
		    aria-hidden="true"><path d="M4 4h16v11h-9l-5 5v-5H4z" />
			</svg><b>{t("Parley")}</b><Site /></Link>
		<button type="button" class="search" onClick={() => {
		    searching.value = true; }}>
			<Icon name="search" /><span>{t("Search")}</span>
			<kbd>Ctrl-K</kbd></button>
		<span class="gap" />
		<Link to="/draft" class={`pill${n ? " on" : ""}`}
		    title={t("Changes that wait for your review")}>
			<Icon name="edit" /><span>{n ||
			    ""}<span class="wide">{n ?
			    " " + t("staged") : t(
			    "no changes")}</span></span></Link>
		<Link to="/health" class={`pill${bad.length ? " warn" : ""}`}
		    title={t("Checks that need attention")}>
			<Icon name="bell" /><span>{bad.length ||
			    (checks.value.length ? term("ok") : "…")}<span
			    class="hidden"> {bad.length ? t(
			    "checks need attention") : t(
			    "Health")}</span></span></Link>
		<Account />
	</header>;
}

function Nav(): VNode {
	const path = place.value.path;
	const bad = checks.value.some((c) => c.state !== "ok");
	const list = useRef<HTMLElement>(null);

	// the current page in sight; from the top, when it is there too
	useEffect(() => {
		const box = list.current;
		const on = box?.querySelector<HTMLElement>("[aria-current]");

		if (!box || !on)
			return;
		const end = on.getBoundingClientRect().bottom + box.scrollTop -
		    box.getBoundingClientRect().top;

		if (end <= box.clientHeight)
			box.scrollTop = 0;
		else
			on.scrollIntoView({ block: "nearest" });
	}, [path]);

	return <nav id="nav" ref={list} aria-label={t(
	    "Pages")} class={open.value ? "open" : ""}
	    onClick={(e) => {
		if ((e.target as HTMLElement).closest("a"))
			open.value = false;
	    }}>
		{NAV.map((group) => {
			const pages = group.pages.filter(visible);

			return pages.length > 0 && <div key={group.title}>
				<p id={`nav-${group.title}`}>{group.title}</p>
				<ul aria-labelledby={`nav-${group.title}`}>
					{pages.map((p) => <li key={p.to}>
					<Link to={p.to} aria-current={path === p.to ||
					    p.to !== "/" &&
					    path.startsWith(p.to + "/")
					    ? "page" : undefined}>
						<Icon name={p.icon} /><span>{p.title}
						</span>
						{p.to === "/health" &&
						    checks.value
						    .length > 0 &&
						    <Status state={bad ?
						    "warn" : "ok"} label="" />}
					</Link></li>)}
				</ul></div>;
		})}
	</nav>;
}

export function Frame({ children }: { children?: ComponentChildren }): VNode {
	const main = useRef<HTMLElement>(null);

	useEffect(() => {
		addEventListener("keydown", keys);
		return () => removeEventListener("keydown", keys);
	}, []);
	// read here so that the frame is drawn again when they come
	void operations.value; void schema.value;
	return <>
		<a class="skip" href="#main" onClick={(e) => {
			e.preventDefault();
			main.current?.focus();
		}}>{t("Skip to the content")}</a>
		<Header />
		<div class="body">
			<Nav />
			{open.value && <div class="shade" onClick={() => {
			    open.value = false; }} />}
			<main id="main" ref={main} tabIndex={-1}>
				<Strips />
				{children}
			</main>
		</div>
		<Toasts />
		{searching.value && <Search />}
		{helping.value && <Help />}
	</>;
}
