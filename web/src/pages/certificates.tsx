// certificates.tsx - what has which certificate; install, request, assign.

import type { VNode } from "preact";
import { useState } from "preact/hooks";

import { get, list, type Row } from "../lib/api";
import { count, time, words } from "../lib/format";
import { many, t } from "../lib/lang";
import { actionsOf, allowed, op, titleOf, type Op, type Values }
    from "../lib/meta";
import { Link, query } from "../lib/router";
import { Busy, Card, Copy, Dialog, Empty, Facts, Fault, Head, Menu, Notice,
    Status, toast, useLoad, Value } from "../ui/bits";
import { OpDialog } from "../ui/form";
import { Icon } from "../ui/icons";
import { saveAs } from "../ui/rows";
import { Table } from "../ui/table";
import type { Asked } from "./actions";
import { itemsOf, version } from "./lists";

const texts = (v: unknown): string => Array.isArray(v) ? v.join(", ") :
	String(v ?? "");

const SOURCES: Record<string, string> = {
	assigned: t("from the store"), own: t("made by Parley"),
	file: t("files of the settings"),
};

/* How long it is good: soon is told before it is late. */
export function Left({ r }: { r: Row }): VNode {
	const days = Number(r.days_left);

	if (r.days_left === null || r.days_left === undefined)
		return <span class="soft">–</span>;
	return <Status state={days < 1 ? "critical" : days < 30 ? "warn" : "ok"}
	    label={days < 0 ? t("ended {when}", { when: time(String(
	    r.not_after)) }) : many(days, "{n} day left", "{n} days left")} />;
}

/* --- what has one ---------------------------------------------------------- */

function Uses({ ask, again }: { ask: (a: Asked) => void; again: () => void }):
    VNode {
	const uses = useLoad(async (stop) => (await list("/tls/uses", {},
	    stop)).items, [version.value]);
	const self = op("certificate self-sign");

	return <Card title={t("In use")}>{uses.error ? <Fault error={uses.error}
	    again={uses.again} /> : !uses.data ? <Busy /> : <ul class="rows">
		{uses.data.map((u) => <li key={String(u.use)}
		    class={u.usable ? "" : "bad"}>
			<span class="grow"><b>{String(u.use)}</b>{" "}
			    <span class="soft">{texts(u.names) ||
			    String(u.subject ?? "")}</span>{" "}
			    <small class="soft">{u.certificate ? <Link
			    to={`/certificates?row=${u.certificate}`}>{String(
			    u.certificate)}</Link> : SOURCES[String(
			    u.source)] ??
			    String(u.source)}{u.self_signed ? `, ${t(
			    "self-signed")}` : ""}</small>
			    {u.why ? <p class="error" lang="en">{String(
			    u.why)}</p> :
			    null}</span>
			<Left r={u} />
			{allowed(self) && <Menu label={t("Actions for {name}",
			    { name: String(u.use) })} items={itemsOf([self!],
			    { use: String(u.use) }, String(u.use), u, ask,
			    again)} />}
		</li>)}</ul>}
	</Card>;
}

/* --- one of the store ------------------------------------------------------ */

export function Pem({ name, text, what }: { name: string; text: string;
    what: string }): VNode {
	return <>
		<div class="card-head"><h3>{what}</h3><span class="buttons">
			<Copy text={text} label={t("Copy: {what}", { what })} />
			<button type="button" class="small" onClick={() =>
			    saveAs(name,
			    "application/x-pem-file", text)}>{t(
			    "Save")}</button>
		</span></div>
		<pre class="explained pem" tabIndex={0}>{text}</pre>
	</>;
}

const HIDDEN = new Set(["pem", "request", "chain", "request_key", "waiting",
    "text"]);

function One({ name }: { name: string }): VNode {
	const { data: d, error, again } = useLoad((stop) => get(
	    `/tls/certificates/${encodeURIComponent(name)}`, {}, stop),
	    [name, version.value]);

	if (error)
		return <Fault error={error} again={again} />;
	if (!d)
		return <Busy />;
	return <>
		{d.waiting ? <Notice><p>{t("A request waits for its " +
		    "certificate. Send it to your certificate authority, then " +
		    "install the answer under this name.")}</p></Notice> : null}
		<Facts rows={Object.entries(d).filter(([n, v]) =>
		    !HIDDEN.has(n) &&
		    v !== null).map(([n, v]) => [words(n), <Value name={n}
		    value={v} />])} />
		{Array.isArray(d.chain) && d.chain.length > 1 && <><h3>{t(
		    "Chain")}
		    </h3><ol class="sentences">{(d.chain as Row[]).map((c) =>
		    <li
		    key={String(c.fingerprint)}>{String(c.subject)} <small
		    class="soft">{t("until {when}", { when: time(String(
		    c.not_after)) })}</small></li>)}</ol></>}
		{d.request ? <Pem name={`${name}.csr`} text={String(d.request)}
		    what={t("Request")} /> : null}
		{d.pem ? <Pem name={`${name}.pem`} text={String(d.pem)}
		    what={t("Certificate")} /> : null}
	</>;
}

/* --- the page -------------------------------------------------------------- */

const HEAD = ["certificate install", "certificate request"];

export function Certificates(): VNode {
	const [asked, ask] = useState<Asked | null>(null);
	const [request, setRequest] = useState<Row | null>(null);
	const [warnings, setWarnings] = useState<string[]>([]);
	const actions = actionsOf("/tls/certificates");
	const again = () => { version.value++; };
	const first = HEAD.map(op).filter((o): o is Op => allowed(o));

	function done(o: Op, answer: Row, values: Values) {
		toast(t("{what}: done.", { what: titleOf(o) }));
		again();
		if (typeof answer.request === "string" &&
		    /request$/.test(o.command))
			setRequest({ ...answer,
			    name: answer.name ?? values.name });
		setWarnings(Array.isArray(answer.warnings) ?
		    answer.warnings as string[] : []);
	}
	return <>
		<Head title={t("Certificates")} about={t(
		    "What the console and the " +
		    "listeners show to those who connect. A new one is in force " +
		    "at once; connections that are open stay.")}>
			<Link to="/listeners" class="button">{t(
			    "Listeners")}</Link>
			{first.map((o, i) =>
			    <button type="button" key={o.command}
			    class={i ? "" : "main"} onClick={() => ask({ op: o,
			    fixed: {} })}><Icon name="plus" /> {i ?
			    t("Request one") : t("Install one")}</button>)}
		</Head>
		{warnings.length > 0 && <Notice tone="warn">{warnings.map((w) =>
		    <p key={w} lang="en">{w}</p>)}</Notice>}
		<Uses ask={ask} again={again} />
		<Table path="/tls/certificates" op={op("certificate list")}
		    caption={t("Certificates")} version={version.value}
		    id={(r) => String(r.name)} columns={[
			{ name: "name" },
			{ name: "state", fact: true },
			{ name: "names", fact: true, wrap: true,
			  render: (r) => texts(r.names) || "–" },
			{ name: "days_left", label: t("Good for"), fact: true,
			  render: (r) => <Left r={r} /> },
			{ name: "used_by", render: (r) => texts(r.used_by) ||
			    "–" },
			{ name: "issuer", hidden: true },
		    ]} only items={(r) => itemsOf(actions.row.filter((o) =>
			o.command !== "certificate cancel" || !!r.waiting),
			{ name: String(r.name) }, String(r.name), r, ask,
			    again)}
		    drawer={(r) => <One name={String(r.name)} />}
		    empty={<Empty title={t(
		    "No certificate in the store yet")}><p>{t(
			"Install the one your certificate authority gave you, or " +
			"let Parley make a key and a request for it.")}</p></Empty>}
		    />
		{asked && <OpDialog {...asked} close={() => ask(null)}
		    done={(a, v) => done(asked.op, a, v)} />}
		{request && <Dialog title={t("Request for {name}",
		    { name: String(
		    request.name) })} close={() => setRequest(null)}>
			<Notice tone="good"><p>{t(
			    "The key is made and stays on the " +
			    "machine. Send this request to your certificate " +
			    "authority, then install its answer as {name}.", {
			    name: String(request.name) })}</p></Notice>
			<Pem name={`${request.name}.csr`} what={t("Request")}
			    text={String(request.request)} />
			<div class="buttons"><button type="button" class="main"
			    onClick={() => {
				query({ row: String(request.name) });
				setRequest(null);
			    }}>{t("Show it")}</button></div>
		</Dialog>}
	</>;
}

/* On the page of the listeners: the first to end. */
export function FirstToEnd(): VNode | null {
	const may = allowed(op("certificate uses"));
	const { data } = useLoad(async (stop) => may ? (await list("/tls/uses",
	    {}, stop)).items : [], [may]);
	const sorted = [...data ?? []].sort((a, b) => Number(a.days_left) -
	    Number(b.days_left));

	return sorted.length === 0 ? null : <Card title={t("Certificates")}
	    aside={<Link to="/certificates">{t("All")}</Link>}>
		<ul class="rows">{sorted.slice(0, 4).map((u) => <li
		    key={String(u.use)}><span class="grow">{String(
		    u.use)}</span>
			<Left r={u} /></li>)}</ul>
		{sorted.length > 4 && <p class="soft">{t("and {n} more", {
		    n: count(sorted.length - 4) })}</p>}
	</Card>;
}
