// review.tsx - what is staged: look, check, commit; and what was in force.

import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

import { call, get, list, sentence, type Row } from "../lib/api";
import { changes, check, commit, discard, draft, inForce, loadDraft,
    loadPending, resolve, show, type Checked } from "../lib/draft";
import { allowed, op, quote } from "../lib/meta";
import { go, Link, place, query } from "../lib/router";
import { Busy, Card, Dialog, Empty, Fault, Head, Notice, Shell, Status, Time,
    toast, useLoad } from "../ui/bits";
import { Field } from "../ui/field";
import { Table } from "../ui/table";
import { Explained } from "./objects";

/* --- the review ------------------------------------------------------------------- */

const VIEWS: [string, string][] = [["", "What changes"],
    ["compare", "As a text diff"], ["set", "As shell lines"]];

const IMPACTS: Record<string, string> = { relink: "reconnects",
    restart: "after a restart", lockout: "may cut you off" };

function ChangeList(): VNode {
	const value = (v: string | null, secret: boolean) => v === null ?
	    "default" : secret ? "(set)" : v === "" ? "(empty)" : v;

	return <ul class="rows">{changes.value.map((c) => <li key={c.path}>
		<span class="grow"><b>{c.path}</b>{" "}
			<s class="soft">{value(c.was, c.secret)}</s> → {
			c.value === null ? <em>default{c.fallback ?
			` (${c.fallback})` : ""}</em> : value(c.value, c.secret)}
		</span>
		{IMPACTS[c.impact] && <span class="badge">{IMPACTS[c.impact]}
		</span>}
		<button type="button" class="small" aria-label={
		    `Discard ${c.path}`} onClick={() => discard([c.path]).catch(
		    (e) => toast(sentence(e), true))}>Discard</button>
	</li>)}</ul>;
}

function Conflicts(): VNode | null {
	const all = draft.value?.conflicts ?? [];
	const take = (path: string, choose: "mine" | "theirs") => () =>
		resolve(path, choose).catch((e) => toast(sentence(e), true));

	return all.length === 0 ? null : <Card title="Somebody else changed the
	    same"><ul class="rows">{all.map((k) => <li key={k.path}>
		<span class="grow"><b>{k.path}</b> was {k.base ?? "not set"}.
			{" "}{k.their_actor ?? "Somebody"} made it <b>{k.theirs ??
			"not set"}</b> in revision {k.their_revision}; you <b>{
			k.mine ?? "not set"}</b>.</span>
		<button type="button" onClick={take(k.path, "mine")}>Take mine
		</button>
		<button type="button" onClick={take(k.path, "theirs")}>Take theirs
		</button></li>)}</ul></Card>;
}

function Checks({ checked, error }: { checked: Checked | null;
    error: unknown }): VNode {
	if (error)
		return <Fault error={error} />;
	if (!checked)
		return <Busy what="Checking" />;
	return <ul class="checks-list">
		{checked.errors.map((e) => <li key={e}><Status state="critical"
		    label="refused" /> {e}</li>)}
		{checked.errors.length === 0 && <li><Status state="ok"
		    label="ok" /> every value and every reference is right</li>}
		{checked.tests.map((t) => <li key={t.path + t.says}><Status
		    state={t.ok ? "ok" : "warn"} label={t.ok ? "ok" :
		    "look at this"} /> {t.path}: {t.says}</li>)}
		{checked.plan.map((s) => <li key={s.says}><Status state={
		    s.impact === "lockout" ? "warn" : "idle"} label="then" />{" "}
		    {s.says}</li>)}
	</ul>;
}

const WINDOWS: [number, string][] = [[0, "for good"], [60, "1 minute"],
    [120, "2 minutes"], [300, "5 minutes"], [900, "15 minutes"]];

export function Review(): VNode {
	const [comment, setComment] = useState("");
	const [checked, setChecked] = useState<Checked | null>(null);
	const [error, setError] = useState<unknown>(null);
	const [refused, setRefused] = useState<unknown>(null);
	const [wait, setWait] = useState<number | null>(null);
	const [working, setWorking] = useState(false);
	const view = place.value.query.get("view") ?? "";
	const tag = draft.value?.tag ?? 0;
	const raw = useLoad(async () => view ? await show(view) : "", [view, tag]);

	useEffect(() => {
		setChecked(null);
		if (changes.value.length)
			check().then((c) => { setChecked(c); setError(null); },
			    setError);
	}, [tag, draft.value?.running]);
	if (changes.value.length === 0)
		return <><Head title="Review changes" />
			<Empty title="Nothing is staged"><p>Change a setting on any
			page, and it waits here until you commit it.</p><p><Link
			to="/settings">All settings</Link></p></Empty></>;
	const needs = checked?.lockout ? checked.revert_in_s || 120 : 0;
	const seconds = wait ?? needs;

	async function submit(e: Event) {
		e.preventDefault();
		setWorking(true);
		setRefused(null);
		try {
			const done = await commit(comment, seconds);

			if (done.state === "undone")
				toast(`${done.reason}. It was undone: revision ${
				    done.undone_by} is in force.`, true);
			else
				toast(`Revision ${done.revision} is in force and ` +
				    "on disk.");
			setComment("");
		} catch (e) {
			setRefused(e);
			await loadDraft().catch(() => undefined);
		}
		setWorking(false);
	}
	return <>
		<Head title="Review changes" about={`Nothing of this is in force ` +
		    `yet. It is your draft: your shell shows the same.`}>
			<button type="button" onClick={() => discard().catch((e) =>
			    toast(sentence(e), true))}>Discard all</button>
		</Head>
		<Conflicts />
		<Card title={`${changes.value.length} staged, on revision ` +
		    `${draft.value?.running}`} aside={<div class="segments"
		    role="group" aria-label="View">{VIEWS.map(([v, label]) =>
		    <button type="button" class="small" key={v}
		    aria-pressed={v === view} onClick={() => query({ view: v })}>
		    {label}</button>)}</div>}>
			{view ? raw.data ? <Explained text={raw.data} /> : <Busy /> :
			    <ChangeList />}
		</Card>
		<Card title="Checks"><div role="status"><Checks checked={checked}
		    error={error} /></div></Card>
		{allowed(op("configuration draft commit")) ? <form
		    class="card form" onSubmit={submit}>
			<div class="grid">
				<Field row={{ name: "comment", kind: "text", help: "why, " +
				    "for those who read the history" }} value={comment}
				    set={setComment} />
				<div class="field"><label for="window">Undone by itself
				    unless you keep it</label>
				<select id="window" value={seconds} onChange={(e) =>
				    setWait(Number(e.currentTarget.value))}
				    aria-describedby="window-help">
					{WINDOWS.filter(([s]) => s || !needs).map(
					    ([s, label]) => <option value={s} key={s}>
					    {s ? `within ${label}` : `no: ${label}`}
					    </option>)}
					{!WINDOWS.some(([s]) => s === seconds) &&
					    <option value={seconds}>within {seconds} s
					    </option>}
				</select>
				<p class="help" id="window-help">{needs ? "needed here: " +
				    "this can cut you off" : "after a change you are " +
				    "not sure of"}</p></div>
			</div>
			{refused !== null && <Notice tone="bad"><p role="alert">{
			    sentence(refused)}</p></Notice>}
			<Shell line={`configure; commit${comment ? ` comment ${
			    quote(comment)}` : ""}${seconds ? ` revert-in ${seconds}s`
			    : ""}`} />
			<div class="buttons"><button class="main" disabled={working ||
			    !checked?.ok}>{working ? "Committing …" : "Commit"}
			</button></div>
		</form> : <Notice tone="warn"><p>Your role may stage changes; somebody
			with the role config commits them.</p></Notice>}
	</>;
}

/* --- history ---------------------------------------------------------------------- */

function Compare({ from, to }: { from: string; to: string }): VNode {
	const d = useLoad((stop) => get(`/config/revisions/${from}/diff/${to}`,
	    {}, stop), [from, to]);

	return <Card title={`From revision ${from} to ${to}`} aside={<button
	    type="button" onClick={() => query({ from: undefined,
	    to: undefined })}>Close</button>}>
		{d.error ? <Fault error={d.error} /> : !d.data ? <Busy /> :
		    (d.data.changes as Row[]).length === 0 ? <p>They are the same.
		    </p> : <><ul class="sentences">{(d.data.sentences as string[])
		    .map((s) => <li key={s}>{s}</li>)}</ul>
		    <details><summary>As a text diff</summary><Explained
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
			await call("/config/drafts/main/rollback", { method: "POST",
			    body: { revision: String(revision), ...path ?
			    { path: [path] } : {} } });
			await Promise.all([loadDraft(), loadPending()]);
			close();
			go("/draft");
		} catch (e) {
			setError(e);
		}
	}
	return <Dialog title={`Back to revision ${revision}`} close={close}>
		<form class="form" onSubmit={take}>
			<p class="soft">Its settings are staged as changes of what is
			in force now. You review them before anything happens; what
			you commit is a new revision.</p>
			<Field row={{ name: "path", kind: "text", label: "Only below",
			    help: "gateway smsc1, or route; empty: everything" }}
			    value={path} set={setPath} />
			{error !== null && <p class="error" role="alert">✕ {
			    sentence(error)}</p>}
			<Shell line={`configure; rollback ${revision}${path ?
			    ` ${path}` : ""}`} />
			<div class="buttons"><button class="main">Stage it</button>
			<button type="button" onClick={close}>Cancel</button></div>
		</form>
	</Dialog>;
}

async function pin(r: Row): Promise<void> {
	try {
		await call(`/config/revisions/${r.revision}/pin`, {
		    method: "POST", body: { pinned: r.pinned ? "off" : "on" } });
		inForce.value++;
		toast(r.pinned ? `Revision ${r.revision} is no longer pinned.` :
		    `Revision ${r.revision} is kept for ever.`);
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
		<Head title="History" about="Every revision that was in force: who,
		when, why. A roll back is a new revision too." />
		{from && to && <Compare from={from} to={to} />}
		<Table path="/config/revisions" op={op("show configuration history")}
		    id={(r) => String(r.revision)} caption="Revisions"
		    version={inForce.value} columns={[
			{ name: "revision", numeric: true },
			{ name: "time", fact: true },
			{ name: "actor", fact: true }, { name: "via" },
			{ name: "state", fact: true, render: (r) => <><Status
			    state={String(r.state)} /> {r.pinned ? <span
			    class="badge">pinned</span> : null}</> },
			{ name: "comment", fact: true },
			{ name: "changes", wrap: true },
		    ]} items={(r) => [
			{ label: "Compare with the one before", act: () => query({
			    from: String(Number(r.revision) - 1),
			    to: String(r.revision) }) },
			{ label: "Compare with what is in force", act: () => query({
			    from: String(r.revision),
			    to: String(newest.data) }) },
			...allowed(op("configuration draft rollback")) ? [{
			    label: "Back to this …",
			    act: () => setBack(Number(r.revision)) }] : [],
			...allowed(op("configuration pin")) ? [{ label: r.pinned ?
			    "Unpin" : "Pin", help: "a pinned revision is never " +
			    "forgotten", act: () => pin(r) }] : [],
		    ]} drawer={(r) => <div>
			<p><Time at={r.time} /> by {String(r.actor)}</p>
			{r.comment ? <p>{String(r.comment)}</p> : null}
			<ul class="sentences">{String(r.changes ?? "").split("; ")
			    .map((c) => <li key={c}>{c}</li>)}</ul></div>} />
		{back !== null && <Rollback revision={back}
		    close={() => setBack(null)} />}
	</>;
}
