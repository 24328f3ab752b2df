// review.tsx - what is staged: look, check, commit; and what was in force.

import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

import { call, get, list, sentence, type Row } from "../lib/api";
import { changes, check, commit, discard, draft, inForce, loadDraft,
    loadPending, resolve, running, show, type Checked } from "../lib/draft";
import { many, t, term, tx } from "../lib/lang";
import { allowed, op, quote } from "../lib/meta";
import { go, Link, place, query } from "../lib/router";
import { Busy, Card, Dialog, Empty, Fault, Head, Notice, Shell, Status, Time,
    toast, useLoad } from "../ui/bits";
import { Explained } from "../ui/explained";
import { Field } from "../ui/field";
import { Table } from "../ui/table";
import { OtherDraft, OthersDrafts } from "./others";

/* --- the review ------------------------------------------------------------------- */

const VIEWS: [string, string][] = [["", t("What changes")],
    ["compare", t("As a text diff")], ["set", t("As shell lines")]];

const IMPACTS: Record<string, string> = { relink: t("reconnects"),
    restart: t("after a restart"), lockout: t("may cut you off") };

function ChangeList(): VNode {
	const value = (v: string | null, secret: boolean) => v === null ?
	    t("default") : secret ? `(${t("set")})` : v === "" ?
	    `(${t("empty")})` : v;

	return <ul class="rows">{changes.value.map((c) => <li key={c.path}>
		<span class="grow"><b>{c.path}</b>{" "}
			<s class="soft">{value(c.was, c.secret)}</s> → {
			c.value === null ? <em>{t("default")}{c.fallback ?
			` (${c.fallback})` : ""}</em> : value(c.value,
			    c.secret)}
		</span>
		{IMPACTS[c.impact] && <span class="badge">{IMPACTS[c.impact]}
		</span>}
		<button type="button" class="small" aria-label={
		    t("Discard {what}", { what: c.path })} onClick={() =>
		    discard([c.path]).catch(
		    (e) => toast(sentence(e), true))}>{t("Discard")}</button>
	</li>)}</ul>;
}

function Conflicts(): VNode | null {
	const all = draft.value?.conflicts ?? [];
	const take = (path: string, choose: "mine" | "theirs") => () =>
		resolve(path, choose).catch((e) => toast(sentence(e), true));

	return all.length === 0 ? null : <Card title={t("Somebody else " +
	    "changed the same")}><ul class="rows">{all.map((k) =>
	    <li key={k.path}>
		<span class="grow">{tx(
		    "{what} was {base}. {who} made it {theirs} in " +
		    "revision {n}; you {mine}.", { what: <b>{k.path}</b>,
		    base: k.base ?? t("not set"),
		    who: k.their_actor ?? t("Somebody"),
		    theirs: <b>{k.theirs ?? t("not set")}</b>,
		    n: k.their_revision,
		    mine: <b>{k.mine ?? t("not set")}</b> })}</span>
		<button type="button" onClick={take(k.path, "mine")}>{t(
		    "Take mine")}
		</button>
		<button type="button" onClick={take(k.path, "theirs")}>{t(
		    "Take theirs")}
		</button></li>)}</ul></Card>;
}

function Checks({ checked, error }: { checked: Checked | null;
    error: unknown }): VNode {
	if (error)
		return <Fault error={error} />;
	if (!checked)
		return <Busy what={t("Checking")} />;
	return <ul class="checks-list">
		{checked.errors.map((e) => <li key={e}><Status state="critical"
		    label={term("refused")} /> {e}</li>)}
		{checked.errors.length === 0 && <li><Status state="ok"
		    label={term("ok")} /> {t(
		    "every value and every reference is right")}</li>}
		{checked.tests.map((s) => <li key={s.path + s.says}><Status
		    state={s.ok ? "ok" : "warn"} label={s.ok ? term("ok") :
		    t("look at this")} /> {s.path}: {s.says}</li>)}
		{checked.plan.map((s) => <li key={s.says}><Status state={
		    s.impact === "lockout" ? "warn" : "idle"} label={t(
		    "then")} />{" "}
		    {s.says}</li>)}
	</ul>;
}

const WINDOWS: [number, string][] = [[0, t("no: for good")],
    ...[1, 2, 5, 15].map((n): [number, string] => [60 * n, many(n,
    "within {n} minute", "within {n} minutes")])];

/* Two persons for each change: nobody commits his own. */
const useFourEyes = () => useLoad(async (stop) =>
    allowed(op("show configuration")) && (await running("policy commit", true,
    stop)).get("policy commit four-eyes")?.value === "on",
    [inForce.value]).data;

export function Review(): VNode {
	const owner = place.value.query.get("owner");

	return owner ? <OtherDraft owner={owner}
	    name={place.value.query.get("name") ?? "main"} /> :
	    <><Mine /><OthersDrafts /></>;
}

function Mine(): VNode {
	const fourEyes = useFourEyes();

	const [comment, setComment] = useState("");
	const [checked, setChecked] = useState<Checked | null>(null);
	const [error, setError] = useState<unknown>(null);
	const [refused, setRefused] = useState<unknown>(null);
	const [wait, setWait] = useState<number | null>(null);
	const [working, setWorking] = useState(false);
	const view = place.value.query.get("view") ?? "";
	const tag = draft.value?.tag ?? 0;
	const raw = useLoad(async () => view ? await show(view) : "", [view,
	    tag]);

	useEffect(() => {
		setChecked(null);
		if (changes.value.length)
			check().then((c) => { setChecked(c); setError(null); },
			    setError);
	}, [tag, draft.value?.running]);
	if (changes.value.length === 0)
		return <><Head title={t("Review changes")} />
			<Empty title={t("Nothing is staged")}><p>{t(
			    "Change a setting on any page, and it waits here " +
			    "until you commit it.")}</p><p><Link
			to="/settings">{t(
			    "All settings")}</Link></p></Empty></>;
	const needs = checked?.lockout ? checked.revert_in_s || 120 : 0;
	const seconds = wait ?? needs;

	async function submit(e: Event) {
		e.preventDefault();
		setWorking(true);
		setRefused(null);
		try {
			const done = await commit(comment, seconds);

			if (done.state === "undone")
				toast(t(
				    "{why}. It was undone: revision {n} is in force.", {
				    why: String(done.reason),
				    n: String(done.undone_by) }), true);
			else
				toast(t("Revision {n} is in force and on disk.",
				    {
				    n: String(done.revision) }));
			setComment("");
		} catch (e) {
			setRefused(e);
			await loadDraft().catch(() => undefined);
		}
		setWorking(false);
	}
	return <>
		<Head title={t("Review changes")} about={t(
		    "Nothing of this is in " +
		    "force yet. It is your draft: your shell shows the same.")}>
			<button type="button" onClick={() =>
			    discard().catch((e) =>
			    toast(sentence(e), true))}>{t(
			    "Discard all")}</button>
		</Head>
		<Conflicts />
		<Card title={t("{n} staged, on revision {revision}", {
		    n: changes.value.length,
		    revision: draft.value?.running })} aside={<div class="segments"
		    role="group" aria-label={t("View")}>{VIEWS.map(([v,
		    label]) =>
		    <button type="button" class="small" key={v}
		    aria-pressed={v === view} onClick={() =>
		    query({ view: v })}>
		    {label}</button>)}</div>}>
			{view ? raw.data ? <Explained text={raw.data} /> :
			    <Busy /> :
			    <ChangeList />}
		</Card>
		<Card title={t(
		    "Checks")}><div role="status"><Checks checked={checked}
		    error={error} /></div></Card>
		{fourEyes ? <Notice tone="info"><p>{t(
		    "Each change takes two persons " +
		    "here: somebody else commits this. They find it on this page.")}
		    </p></Notice> : allowed(op("configuration draft commit")) ?
		    <form
		    class="card form" onSubmit={submit}>
			<div class="grid">
				<Field row={{ name: "comment", kind: "text",
				    help: t(
				    "why, for those who read the history") }} value={comment}
				    set={setComment} />
				<div class="field"><label for="window">{t(
				    "Undone by itself unless you keep it")}</label>
				<select id="window" value={seconds} onChange={(e) =>
				    setWait(Number(e.currentTarget.value))}
				    aria-describedby="window-help">
					{WINDOWS.filter(([s]) => s ||
					    !needs).map(
					    ([s, label]) =>
					    <option value={s} key={s}>
					    {label}
					    </option>)}
					{!WINDOWS.some(([s]) =>
					    s === seconds) &&
					    <option value={seconds}>{t(
					    "within {n} s", { n: seconds })}
					    </option>}
				</select>
				<p class="help" id="window-help">{needs ?
				    t("needed here: this can cut you off") :
				    t(
				    "after a change you are not sure of")}</p></div>
			</div>
			{refused !== null &&
			    <Notice tone="bad"><p role="alert">{
			    sentence(refused)}</p></Notice>}
			<Shell line={`configure; commit${comment ? ` comment ${
			    quote(comment)}` : ""}${seconds ? ` revert-in ${seconds}s`
			    : ""}`} />
			<div class="buttons"><button class="main" disabled={working ||
			    !checked?.ok}>{working ? t("Committing …") : t(
			    "Commit")}
			</button></div>
		</form> : <Notice tone="warn"><p>{t("Your role may stage " +
		    "changes; somebody with the role config commits them.")}</p></Notice>}
	</>;
}

/* --- history ---------------------------------------------------------------------- */

function Compare({ from, to }: { from: string; to: string }): VNode {
	const d = useLoad((stop) => get(`/config/revisions/${from}/diff/${to}`,
	    {}, stop), [from, to]);

	return <Card title={t("From revision {from} to {to}", { from,
	    to })} aside={<button
	    type="button" onClick={() => query({ from: undefined,
	    to: undefined })}>{t("Close")}</button>}>
		{d.error ? <Fault error={d.error} /> : !d.data ? <Busy /> :
		    (d.data.changes as Row[]).length === 0 ? <p>{t(
		    "They are the same.")}
		    </p> : <><ul class="sentences">{(d.data.sentences as string[])
		    .map((s) => <li key={s}>{s}</li>)}</ul>
		    <details><summary>{t("As a text diff")}</summary><Explained
		    text={String(d.data.text ?? "")} /></details></>}
	</Card>;
}

function Rollback({ revision, close }: { revision: number;
    close: () => void }): VNode {
	const [path, setPath] = useState("");
	const [error, setError] = useState<unknown>(null);

	async function take(e: Event) {
		e.preventDefault();
		try {
			await call("/config/drafts/main/rollback",
			    { method: "POST",
			    body: { revision: String(revision), ...path ?
			    { path: [path] } : {} } });
			await Promise.all([loadDraft(), loadPending()]);
			close();
			go("/draft");
		} catch (e) {
			setError(e);
		}
	}
	return <Dialog title={t("Back to revision {n}",
	    { n: revision })} close={close}>
		<form class="form" onSubmit={take}>
			<p class="soft">{t("Its settings are staged as " +
			    "changes of what is in force now. You review " +
			    "them before anything happens; what you commit " +
			    "is a new revision.")}</p>
			<Field row={{ name: "path", kind: "text", label: t(
			    "Only below"),
			    help: t("gateway smsc1, or route; empty: " +
			    "everything") }}
			    value={path} set={setPath} />
			{error !== null && <p class="error" role="alert">✕ {
			    sentence(error)}</p>}
			<Shell line={`configure; rollback ${revision}${path ?
			    ` ${path}` : ""}`} />
			<div class="buttons"><button class="main">{t(
			    "Stage it")}</button>
			<button type="button" onClick={close}>{t(
			    "Cancel")}</button></div>
		</form>
	</Dialog>;
}

async function pin(r: Row): Promise<void> {
	try {
		await call(`/config/revisions/${r.revision}/pin`, {
		    method: "POST", body: { pinned: r.pinned ? "off" :
		    "on" } });
		inForce.value++;
		toast(r.pinned ? t("Revision {n} is no longer pinned.", {
		    n: String(r.revision) }) : t(
		    "Revision {n} is kept for ever.",
		    { n: String(r.revision) }));
	} catch (e) {
		toast(sentence(e), true);
	}
}

export function History(): VNode {
	const [back, setBack] = useState<number | null>(null);
	const q = place.value.query;
	const from = q.get("from"), to = q.get("to");
	const newest = useLoad(async (stop) => (await list("/config/revisions",
	    { limit: "1" }, stop)).items[0]?.revision, [inForce.value]);

	return <>
		<Head title={t("History")} about={t(
		    "Every revision that was in " +
		    "force: who, when, why. A roll back is a new revision " +
		    "too.")} />
		{from && to && <Compare from={from} to={to} />}
		<Table path="/config/revisions" op={op("show configuration history")}
		    id={(r) => String(r.revision)} caption={t("Revisions")}
		    version={inForce.value} columns={[
			{ name: "revision", numeric: true },
			{ name: "time", fact: true },
			{ name: "actor", fact: true }, { name: "via" },
			{ name: "state", fact: true, render: (r) => <><Status
			    state={String(r.state)} /> {r.pinned ? <span
			    class="badge">{t("pinned")}</span> : null}</> },
			{ name: "comment", fact: true },
			{ name: "changes", wrap: true },
		    ]} items={(r) => [
			{ label: t("Compare with the one before"), act: () =>
			    query({
			    from: String(Number(r.revision) - 1),
			    to: String(r.revision) }) },
			{ label: t("Compare with what is in force"), act: () =>
			    query({
			    from: String(r.revision),
			    to: String(newest.data) }) },
			...allowed(op("configuration draft rollback")) ? [{
			    label: t("Back to this …"),
			    act: () => setBack(Number(r.revision)) }] : [],
			...allowed(op("configuration pin")) ?
			    [{ label: r.pinned ?
			    t("Unpin") : t("Pin"), help: t(
			    "a pinned revision is " +
			    "never forgotten"), act: () => pin(r) }] : [],
		    ]} drawer={(r) => <div>
			<p>{tx("{when} by {who}", { when: <Time at={r.time} />,
			    who: String(r.actor) })}</p>
			{r.comment ? <p>{String(r.comment)}</p> : null}
			<ul class="sentences">{String(
			    r.changes ?? "").split("; ")
			    .map((c) => <li key={c}>{c}</li>)}</ul></div>} />
		{back !== null && <Rollback revision={back}
		    close={() => setBack(null)} />}
	</>;
}
