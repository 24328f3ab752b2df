// config.tsx - settings as forms, the changes before they are in force.

import type { ComponentChildren, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

import { Problem, sentence, type Row } from "../lib/api";
import { changeOf, changes, check, commit, discard, inForce, lineOf, running,
    stage } from "../lib/draft";
import { words } from "../lib/format";
import { allowed, op, quote, schema, type Setting } from "../lib/meta";
import { go, Link, query } from "../lib/router";
import { settingsPage } from "../nav";
import { Busy, Card, Dialog, Empty, Fault, Head, Notice, Shell, Time, toast,
    useLoad } from "../ui/bits";
import { Field, fieldOfSetting } from "../ui/field";
import { Icon } from "../ui/icons";
import { Table } from "../ui/table";

const mayEdit = () => allowed(op("configuration set"));

const rowsOf = (section: string) => schema.value.filter((s) =>
    s.section === section);

/* The instances of a named section, in force and staged. */
function instancesOf(section: string, force: Iterable<string>): string[] {
	const names = new Set<string>();
	const start = section + " ";

	for (const path of [...force, ...changes.value.filter((c) =>
	    c.value !== null).map((c) => c.path)])
		if (path.startsWith(start))
			names.add(path.slice(start.length).split(" ")[0]);
	return [...names].sort();
}

type Running = Map<string, { value: string; given: boolean }>;

function useRunning(section: string) {
	return useLoad((stop) => running(section, true, stop),
	    [section, inForce.value]);
}

/* --- one instance ---------------------------------------------------------- */

function SettingField({ s, path, now }: { s: Setting; path: string;
    now?: { value: string; given: boolean } }): VNode {
	const change = changeOf(path);
	const secret = s.type === "secret";
	const was = now?.given && !secret ? now.value : "";
	const value = change ? change.value ?? "" : was;
	const row = fieldOfSetting(s);

	if (secret && now?.given)
		row.hint = "set; type to replace it";
	return <Field row={row} value={value} disabled={!mayEdit()}
	    changed={change ? secret && now?.given ? "set" : was : undefined}
	    set={(v) => stage(path, v === was && !secret ? undefined :
		v === "" ? now?.given ? null : undefined : v)} />;
}

/* Those that are set or needed come first; the rest folds away. */
function split(rows: Setting[], base: string, now: Running) {
	const first = rows.filter((s) => s.required ||
	    now.get(`${base} ${s.name}`)?.given || changeOf(`${base} ${s.name}`));

	return first.length >= 3 && rows.length > 12 ? { first,
	    rest: rows.filter((s) => !first.includes(s)) } :
	    { first: rows, rest: [] };
}

export function Instance({ section, name, now }: { section: string;
    name?: string; now: Running }): VNode {
	const base = name ? `${section} ${name}` : section;
	const [{ first, rest }] = useState(() => split(rowsOf(section), base,
	    now));
	const field = (s: Setting) => <SettingField key={s.name} s={s}
	    path={`${base} ${s.name}`} now={now.get(`${base} ${s.name}`)} />;
	const mine = changes.value.filter((c) => c.path.startsWith(base + " "));

	return <form class="form" onSubmit={(e) => {
		e.preventDefault();
		go("/draft");
	}}>
		<div class="grid">{first.map(field)}</div>
		{rest.length > 0 && <details class="more">
			<summary>{rest.length} more, all at their defaults</summary>
			<div class="grid">{rest.map(field)}</div></details>}
		{mine.length > 0 && <>
			<Shell line={`configure; ${mine.map((c) => c.value !== null
			    && rowsOf(section).find((s) => c.path.endsWith(" " +
			    s.name))?.type === "secret" ? `set ${c.path} @FILE` :
			    lineOf(c)).join("; ")}; commit`} />
			<div class="buttons">
				<Link to="/draft" class="button main">Review {
				    changes.value.length} {changes.value.length === 1
				    ? "change" : "changes"}</Link>
				<button type="button" onClick={() => mine.forEach(
				    (c) => stage(c.path, undefined))}>Discard these
				</button>
			</div></>}
	</form>;
}

export function SettingsCard({ section, name }: { section: string;
    name?: string }): VNode {
	const now = useRunning(section);

	return <Card title="Settings" aside={<span class="soft">in force when
	    you commit</span>}>
		{now.error ? <Fault error={now.error} again={now.again} /> :
		    now.data ? <Instance section={section} name={name}
		    now={now.data} key={inForce.value} /> : <Busy />}
	</Card>;
}

/* --- adding and deleting an instance --------------------------------------- */

function NewInstance({ section, close }: { section: string;
    close: () => void }): VNode {
	const [name, setName] = useState("");
	const [texts, setTexts] = useState<Record<string, string>>({});
	const needed = rowsOf(section).filter((s) => s.required);
	const wrong = name && !/^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(name) ?
	    "a letter, then letters, digits, - and _; at most 32" : undefined;

	function submit(e: Event) {
		e.preventDefault();
		if (wrong)
			return;
		for (const s of needed)
			stage(`${section} ${name} ${s.name}`, texts[s.name] || null);
		if (needed.length === 0)
			toast(`Set what ${section} ${name} needs, then review.`);
		close();
		go(settingsPage(section, name));
	}
	return <Dialog title={`New ${section}`} close={close}>
		<form class="form" onSubmit={submit}>
			<Field row={{ name: "name", kind: "text", required: true,
			    help: "how it is called here, in the shell and in " +
			    "figures" }} value={name} set={setName} error={wrong} />
			{needed.map((s) => <Field key={s.name}
			    row={fieldOfSetting(s)} value={texts[s.name] ?? ""}
			    set={(v) => setTexts({ ...texts, [s.name]: v })} />)}
			<p class="soft">Nothing happens yet: it is staged, and you
			review it before it is in force.</p>
			<div class="buttons"><button class="main">Stage</button>
			<button type="button" onClick={close}>Cancel</button></div>
		</form>
	</Dialog>;
}

function remove(section: string, name: string): void {
	stage(`${section} ${name}`, null);
	toast(`The deletion of ${section} ${name} is staged.`);
}

/* --- pages of settings ----------------------------------------------------- */

export function Sections(): VNode {
	const names = [...new Set(schema.value.map((s) => s.section))].sort();

	return <>
		<Head title="All settings" about="Every setting, by section. What you
		change is staged until you review and commit it." />
		<div class="cards">{names.map((n) => {
			const rows = rowsOf(n);
			const staged = changes.value.filter((c) =>
			    c.path.startsWith(n + " ")).length;

			return <Link key={n} to={settingsPage(n)} class="card link">
				<h2>{n} {rows[0].named && <span class="badge">
				    several</span>}{staged > 0 && <span
				    class="badge on">{staged} staged</span>}</h2>
				<p class="soft">{rows[0].about}</p>
				<p class="soft small">{rows.length} settings</p>
			</Link>;
		})}</div>
	</>;
}

export function Section({ names }: { names: Record<string, string> }): VNode {
	const { section, name } = names;
	const rows = rowsOf(section);
	const now = useRunning(section);
	const [adding, setAdding] = useState(false);

	if (rows.length === 0)
		return <Empty title={`There is no section "${section}"`}><p>
			<Link to="/settings">All settings</Link></p></Empty>;
	const named = rows[0].named;
	const instances = named ? instancesOf(section, now.data?.keys() ?? []) :
	    [];
	const back = name ? <Link to={settingsPage(section)}>{section}</Link> :
	    <Link to="/settings">All settings</Link>;

	return <>
		<Head back={back} title={name ? `${section} ${name}` : section}
		    about={rows[0].about}>
			{named && !name && mayEdit() && <button type="button"
			    class="main" onClick={() => setAdding(true)}>
				<Icon name="plus" /> Add a {section}</button>}
			{name && mayEdit() && <button type="button" class="danger"
			    onClick={() => remove(section, name)}>Delete</button>}
		</Head>
		{adding && <NewInstance section={section}
		    close={() => setAdding(false)} />}
		{now.error ? <Fault error={now.error} again={now.again} /> :
		    !now.data ? <Busy /> : named && !name ?
		    <Instances section={section} names={instances}
		    now={now.data} /> : <Card><Instance section={section}
		    name={name} now={now.data} key={`${name} ${inForce.value}`} />
		    </Card>}
	</>;
}

/* Every instance with what is set of it. */
function Instances({ section, names, now }: { section: string;
    names: string[]; now: Running }): VNode {
	if (names.length === 0)
		return <Empty title={`No ${section} yet`} />;
	return <div class="cards">{names.map((n) => {
		const base = `${section} ${n} `;
		const given = [...now].filter(([p, v]) => p.startsWith(base) &&
		    v.given).slice(0, 6);
		const staged = changes.value.filter((c) =>
		    (c.path + " ").startsWith(base)).length;

		return <Link key={n} to={settingsPage(section, n)}
		    class="card link">
			<h2>{n}{staged > 0 && <span class="badge on">{staged} staged
			</span>}</h2>
			<dl class="facts">{given.map(([p, v]) => <div key={p}>
				<dt>{words(p.slice(base.length))}</dt>
				<dd>{v.value}</dd></div>)}</dl>
		</Link>;
	})}</div>;
}

/* --- routes: the table that decides ---------------------------------------- */

export function Routes(): VNode {
	const now = useRunning("route");
	const [adding, setAdding] = useState(false);
	const rows = rowsOf("route");

	if (now.error)
		return <Fault error={now.error} again={now.again} />;
	if (!now.data)
		return <Busy />;
	const names = instancesOf("route", now.data.keys());
	const shown = ["to", "via", "mode", "weights", "refuse"].filter((n) =>
	    rows.some((r) => r.name === n));

	return <>
		<Head title="Routes" about="Where messages for people elsewhere go:
		the longest pattern that matches decides.">
			<Link to="/explain" class="button">Explain an address</Link>
			{mayEdit() && <button type="button" class="main"
			    onClick={() => setAdding(true)}><Icon name="plus" />
			    Add a route</button>}
		</Head>
		{adding && <NewInstance section="route"
		    close={() => setAdding(false)} />}
		{names.length === 0 ? <Empty title="No route yet"><p>Without one,
			only subscribers here can be reached.</p></Empty> :
		<div class="scroll" tabIndex={0} role="region" aria-label="Routes">
		<table><thead><tr><th scope="col">Route</th>{shown.map((n) =>
			<th scope="col" key={n}>{words(n)}</th>)}</tr></thead>
			<tbody>{names.map((n) => <tr key={n}>
				<td><Link to={settingsPage("route", n)}
				    class="row-link">{n}</Link></td>
				{shown.map((s) => {
					const path = `route ${n} ${s}`;
					const c = changeOf(path);
					const v = now.data!.get(path)?.value ?? "–";

					return <td key={s}>{c ? <><s class="soft">{v}
					    </s> <b>{c.value ?? "default"}</b></> : v}
					</td>;
				})}</tr>)}</tbody></table></div>}
	</>;
}

/* --- policies and listeners: sections by their names ----------------------- */

export function Policies(): VNode {
	const names = [...new Set(schema.value.map((s) => s.section))]
	    .filter((n) => n.startsWith("policy "));

	return <Several title="Policies" names={names} about="How messages are
	delivered, reported, converted and kept." />;
}

function Several({ title, about, names }: { title: string;
    about: ComponentChildren; names: string[] }): VNode {
	const now = useRunning("");

	return <>
		<Head title={title} about={about} />
		{now.error ? <Fault error={now.error} again={now.again} /> :
		    !now.data ? <Busy /> : names.map((n) => <details key={n}
		    class="card fold" open={names.length < 3}>
			<summary><h2>{words(n.replace(/^policy /, ""))}</h2>
			<span class="soft">{rowsOf(n)[0]?.about}</span></summary>
			<Instance section={n} now={now.data!} key={inForce.value} />
		    </details>)}
	</>;
}

export function Listeners(): VNode {
	const now = useRunning("listener");
	const [adding, setAdding] = useState(false);

	return <>
		<Head title="Listeners" about="Where this daemon can be reached, and
		with which certificate.">
			<Link to={settingsPage("admin")} class="button">The
			console's own address</Link>
			{mayEdit() && <button type="button" class="main"
			    onClick={() => setAdding(true)}><Icon name="plus" />
			    Add a listener</button>}
		</Head>
		{adding && <NewInstance section="listener"
		    close={() => setAdding(false)} />}
		{now.error ? <Fault error={now.error} again={now.again} /> :
		    now.data ? <Instances section="listener" names={instancesOf(
		    "listener", now.data.keys())} now={now.data} /> : <Busy />}
	</>;
}

/* --- review ---------------------------------------------------------------- */

export function Review(): VNode {
	const [comment, setComment] = useState("");
	const [state, setState] = useState<{ ok?: boolean; error?: unknown }>({});
	const [working, setWorking] = useState(false);
	const now = useLoad((stop) => running("", true, stop), [inForce.value]);
	const all = changes.value;
	const lines = all.map(lineOf).join("\n");

	useEffect(() => {
		if (all.length === 0)
			return setState({});
		check().then(() => setState({ ok: true }),
		    (error) => setState({ error }));
	}, [lines]);

	async function submit(e: Event) {
		e.preventDefault();
		setWorking(true);
		try {
			const done = await commit(comment);

			toast(`Revision ${done.revision} is in force and on disk.`);
			setComment("");
		} catch (error) {
			setState({ error });
		}
		setWorking(false);
	}
	if (all.length === 0)
		return <><Head title="Review changes" />
			<Empty title="Nothing is staged"><p>Change a setting on any
			page, and it waits here until you commit it. <Link
			to="/settings">All settings</Link></p></Empty></>;
	const line = state.error instanceof Problem ?
	    Number(state.error.errors[0]?.line ?? state.error.body.line ?? 0) : 0;

	return <>
		<Head title="Review changes" about="Nothing of this is in force yet.">
			<button type="button" onClick={discard}>Discard all</button>
		</Head>
		<Card title={`${all.length} staged`}><ul class="rows">{all.map(
		    (c, i) => {
			const was = now.data?.get(c.path);
			const row = schema.value.find((s) => c.path.startsWith(
			    s.section + " ") && c.path.endsWith(" " + s.name));
			const secret = row?.type === "secret";

			return <li key={c.path} class={line === i + 1 ? "bad" : ""}>
				<span class="grow"><b>{c.path}</b> <span>{was?.given ?
				    <s class="soft">{was.value}</s> : null} → {
				    c.value === null ? row ?
				    `default (${row.default ?? "not set"})` :
				    "deleted" : secret ? "(a new secret)" : c.value}
				    </span>{line === i + 1 && <span class="error">
				    {" "}✕ this line</span>}</span>
				{row && row.impact !== "live" && <span
				    class="badge">{row.impact === "relink" ?
				    "reconnects" : "needs a restart"}</span>}
				<button type="button" class="small" aria-label={
				    `Discard ${c.path}`} onClick={() => stage(c.path,
				    undefined)}>Discard</button>
			</li>;
		    })}</ul></Card>
		<Card title="Checks"><div role="status">
			{state.error ? <Notice tone="bad"><p>{sentence(state.error)}
			</p></Notice> : state.ok ? <Notice tone="good"><p>The daemon
			accepts this.</p></Notice> : <Busy what="Checking" />}
		</div></Card>
		<form class="card form" onSubmit={submit}>
			<Field row={{ name: "comment", kind: "text", help: "why, for " +
			    "those who read the history" }} value={comment}
			    set={setComment} />
			<Shell line={`parley configure -f FILE --commit${comment ?
			    ` --comment ${quote(comment)}` : ""}`} />
			<div class="buttons"><button class="main" disabled={working ||
			    !state.ok}>{working ? "Committing …" : "Commit"}</button>
			</div>
		</form>
	</>;
}

/* --- history --------------------------------------------------------------- */

export function History(): VNode {
	return <>
		<Head title="History" about="Every revision that was in force." />
		<Table path="/config/revisions" op={op("show configuration history")}
		    id={(r: Row) => String(r.revision)} caption="Revisions"
		    version={inForce.value} columns={[
			{ name: "revision" },
			{ name: "time", fact: true, render: (r) => <Time
			    at={r.time} /> },
			{ name: "actor", fact: true },
			{ name: "comment", fact: true },
			{ name: "changes", wrap: true },
		    ]} drawer={(r) => <div class="drawer">
			<p><Time at={r.time} /> by {String(r.actor)}</p>
			{r.comment ? <p>{String(r.comment)}</p> : null}
			<ul>{String(r.changes ?? "").split("; ").map((c) =>
			    <li key={c}>{c}</li>)}</ul></div>} />
	</>;
}

export { query };
