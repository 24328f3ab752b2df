// config.tsx - settings as forms, the changes before they are in force.

import type { ComponentChildren, VNode } from "preact";
import { useState } from "preact/hooks";

import { sentence, type Row } from "../lib/api";
import { changes, inForce, lineOf, proposed, running, stage, stageLines,
    type Running } from "../lib/draft";
import { words } from "../lib/format";
import { many, t } from "../lib/lang";
import { allowed, op, schema, type Setting } from "../lib/meta";
import { go, Link, place, query } from "../lib/router";
import { settingsPage } from "../nav";
import { Busy, Card, Dialog, Empty, Fault, Head, Shell, toast,
    useLoad, Value } from "../ui/bits";
import { Field, fieldOfSetting } from "../ui/field";
import { Icon } from "../ui/icons";
import { Table } from "../ui/table";
import { FirstToEnd } from "./certificates";

export const mayEdit = () => allowed(op("configuration draft change"));

export const rowsOf = (section: string) => schema.value.filter((s) =>
    s.section === section);

/* The instances of a named section, in force and staged. */
export function instancesOf(section: string, force: Iterable<string>):
    string[] {
	const names = new Set<string>();
	const start = section + " ";

	for (const path of [...force, ...changes.value.filter((c) =>
	    c.value !== null).map((c) => c.path)])
		if (path.startsWith(start))
			names.add(path.slice(start.length).split(" ")[0]);
	return [...names].sort();
}

function useRunning(section: string) {
	return useLoad((stop) => running(section, true, stop),
	    [section, inForce.value]);
}

/* --- one instance ------------------------------------------------------------------ */

function SettingField({ s, path, now }: { s: Setting; path: string;
    now?: { value: string; given: boolean } }): VNode {
	const change = proposed(path);
	const secret = s.type === "secret";
	const was = now?.given && !secret ? now.value : "";
	const shown = change && !(secret && !("error" in change)) ?
	    change.value ?? "" : change || secret ? "" : was;
	const row = fieldOfSetting(s);
	const choice = row.kind === "choice" || row.kind === "switch";

	if (secret)
		row.hint = change ? t("a new one is staged") : now?.given ?
		    t("set; type to replace it") : undefined;
	return <Field row={row} value={shown} disabled={!mayEdit()}
	    error={change?.error}
	    changed={change ? secret && now?.given ? "set" : was : undefined}
	    set={(v) => stage(path, v === was && !secret ? undefined :
		v === "" ? now?.given ? null : undefined : v,
		choice ? 0 : undefined)} />;
}

/* Those that are set or needed come first; the rest folds away. */
function split(rows: Setting[], base: string, now: Running) {
	const first = rows.filter((s) => s.required ||
	    now.get(`${base} ${s.name}`)?.given ||
	    proposed(`${base} ${s.name}`));

	return first.length >= 3 && rows.length > 12 ? { first,
	    rest: rows.filter((s) => !first.includes(s)) } :
	    { first: rows, rest: [] };
}

/* The line that does the same; a secret comes from a file. */
function Lines({ paths }: { paths: string[] }): VNode {
	const line = (path: string) => {
		const c = changes.value.find((c) => c.path === path)!;

		return c.secret && c.value !== null ? `set ${path} @FILE` :
		    lineOf(path, c.value);
	};

	return <Shell line={`configure; ${paths.slice(0, 4).map(line).join("; ")}` +
	    `${paths.length > 4 ? "; …" : ""}; commit`} />;
}

export function Instance({ section, name, now, bare }: { section: string;
    name?: string; now: Running; bare?: boolean }): VNode {
	const base = name ? `${section} ${name}` : section;
	const [{ first, rest }] = useState(() => split(rowsOf(section), base,
	    now));
	const field = (s: Setting) => <SettingField key={s.name} s={s}
	    path={`${base} ${s.name}`} now={now.get(`${base} ${s.name}`)} />;
	const mine = changes.value.filter((c) => c.path.startsWith(base + " "))
	    .map((c) => c.path);
	const all = changes.value.length;

	return <form class="form" onSubmit={(e) => {
		e.preventDefault();
		go("/draft");
	}}>
		<div class="grid">{first.map(field)}</div>
		{rest.length > 0 && <details class="more">
			<summary>{many(rest.length, "{n} more, at its default",
			    "{n} more, all at their defaults")}</summary>
			<div class="grid">{rest.map(field)}</div></details>}
		{mine.length > 0 && <Lines paths={mine} />}
		{mine.length > 0 && !bare &&
			<div class="buttons">
				<Link to="/draft" class="button main">{many(
				    all, "Review {n} change",
				    "Review {n} changes")}</Link>
				<button type="button" onClick={() =>
				    mine.forEach(
				    (p) => stage(p, undefined, 0))}>{t(
				    "Discard these")}
				</button>
			</div>}
	</form>;
}

export function SettingsCard({ section, name }: { section: string;
    name?: string }): VNode {
	const now = useRunning(section);

	return <Card title={t("Settings")} aside={<span class="soft">{t(
	    "in force when you commit")}</span>}>
		{now.error ? <Fault error={now.error} again={now.again} /> :
		    now.data ? <Instance section={section} name={name}
		    now={now.data} key={inForce.value} /> : <Busy />}
	</Card>;
}

/* --- adding and deleting an instance --------------------------------------- */

export function NewInstance({ section, stay, close }: { section: string;
    stay?: boolean; close: () => void }): VNode {
	const [name, setName] = useState("");
	const [texts, setTexts] = useState<Record<string, string>>({});
	const [error, setError] = useState<unknown>(null);
	const needed = rowsOf(section).filter((s) => s.required);
	const shown = needed.map((s) => {
		const path = `${section} ${name || "NAME"} ${s.name}`;

		return s.type === "secret" ? `set ${path} @FILE` :
		    texts[s.name] ? lineOf(path, texts[s.name]) :
		    `set ${path} …`;
	});
	const wrong = name && !/^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(name) ?
	    t("a letter, then letters, digits, - and _; at most 32") :
	    undefined;

	async function submit(e: Event) {
		e.preventDefault();
		if (wrong)
			return;
		try {
			await stageLines(needed.map((s) => lineOf(
			    `${section} ${name} ${s.name}`, texts[s.name])));
			close();
			if (!stay)
				go(settingsPage(section, name));
		} catch (e) {
			setError(e);
		}
	}
	return <Dialog title={t("New: {what}",
	    { what: section })} close={close}>
		<form class="form" onSubmit={submit}>
			<Field row={{ name: "name", kind: "text",
			    required: true,
			    help: t("how it is called here, in the shell and " +
			    "in figures") }} value={name} set={setName} error={wrong} />
			{needed.map((s) => <Field key={s.name}
			    row={fieldOfSetting(s)} value={texts[s.name] ?? ""}
			    set={(v) => setTexts({ ...texts,
			    [s.name]: v })} />)}
			{error !== null && <p class="error" role="alert">✕ {
			    sentence(error)}</p>}
			<Shell line={`configure; ${shown.join("; ")}; commit`} />
			<p class="soft">{t("Nothing happens yet: it is " +
			    "staged, and you review it before it is in " +
			    "force.")}</p>
			<div class="buttons"><button class="main">{t(
			    "Stage")}</button>
			<button type="button" onClick={close}>{t(
			    "Cancel")}</button></div>
		</form>
	</Dialog>;
}

async function remove(section: string, name: string): Promise<void> {
	try {
		await stageLines([`delete ${section} ${name}`]);
		toast(t("The deletion of {what} is staged.", {
		    what: `${section} ${name}` }));
	} catch (e) {
		toast(sentence(e), true);
	}
}

/* --- pages of settings ----------------------------------------------------- */

export function Sections(): VNode {
	const names = [...new Set(schema.value.map((s) => s.section))].sort();

	return <>
		<Head title={t("All settings")} about={t("Every setting, by " +
		    "section. What you change is staged until you review " +
		    "and commit it.")} />
		<div class="cards">{names.map((n) => {
			const rows = rowsOf(n);
			const staged = changes.value.filter((c) =>
			    c.path.startsWith(n + " ")).length;

			return <Link key={n} to={settingsPage(n)} class="card link">
				<h2>{n} {rows[0].named && <span class="badge">
				    {t("several")}</span>}{staged > 0 && <span
				    class="badge on">{many(staged, "{n} staged",
				    "{n} staged")}</span>}</h2>
				<p class="soft">{rows[0].about}</p>
				<p class="soft small">{many(rows.length,
				    "{n} setting",
				    "{n} settings")}</p>
			</Link>;
		})}</div>
	</>;
}

export function Section({ names }: { names: Record<string, string> }): VNode {
	const { section, name } = names;
	const rows = rowsOf(section);
	const now = useRunning(section);
	const adding = place.value.query.get("do") === "add" && mayEdit();

	if (rows.length === 0)
		return <Empty title={t("There is no section \"{name}\"", {
		    name: section })}><p>
			<Link to="/settings">{t(
			    "All settings")}</Link></p></Empty>;
	const named = rows[0].named;
	const instances = named ? instancesOf(section, now.data?.keys() ?? []) :
	    [];
	const back = name ? <Link to={settingsPage(section)}>{section}</Link> :
	    <Link to="/settings">{t("All settings")}</Link>;

	return <>
		<Head back={back} title={name ? `${section} ${name}` : section}
		    about={rows[0].about}>
			{named && !name && mayEdit() && <button type="button"
			    class="main" onClick={() => query({ do: "add" })}>
				<Icon name="plus" /> {t("Add: {what}",
				    { what: section })}</button>}
			{name && mayEdit() &&
			    <button type="button" class="danger"
			    onClick={() => remove(section, name)}>{t(
			    "Delete")}</button>}
		</Head>
		{adding && <NewInstance section={section}
		    close={() => query({ do: undefined })} />}
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
		return <Empty title={t("No {what} yet", { what: section })} />;
	return <div class="cards">{names.map((n) => {
		const base = `${section} ${n} `;
		const given = [...now].filter(([p, v]) => p.startsWith(base) &&
		    v.given).slice(0, 6);
		const staged = changes.value.filter((c) =>
		    (c.path + " ").startsWith(base)).length;

		return <Link key={n} to={settingsPage(section, n)}
		    class="card link">
			<h2>{n}{staged > 0 && <span class="badge on">{many(
			    staged, "{n} staged", "{n} staged")}</span>}</h2>
			<dl class="facts">{given.map(([p, v]) => <div key={p}>
				<dt>{words(p.slice(base.length))}</dt>
				<dd>{v.value}</dd></div>)}</dl>
		</Link>;
	})}</div>;
}

/* --- routes: the table that decides ---------------------------------------- */

/* What is in force, and what the draft makes of it. */
function RouteCell({ r, name }: { r: Row; name: string }): VNode {
	const c = proposed(`route ${r.route} ${name}`);
	const v = <Value name={name} value={r[name]} />;

	return c ? <><s class="soft">{v}</s>{" "}
	    <b>{c.value ?? t("default")}</b></> : v;
}

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
		<Head title={t("Routes")} about={t(
		    "Where messages for people " +
		    "elsewhere go: the longest pattern that matches decides.")}>
			<Link to="/explain" class="button">{t(
			    "Explain an address")}</Link>
			{mayEdit() && <button type="button" class="main"
			    onClick={() => setAdding(true)}><Icon name="plus" />
			    {t("Add a route")}</button>}
		</Head>
		{adding && <NewInstance section="route"
		    close={() => setAdding(false)} />}
		<Table path="/routes" caption={t("Routes")} only rows={names.map(
		    (n) => Object.fromEntries([["route", n], ...shown.map((s) =>
		    [s, now.data!.get(`route ${n} ${s}`)?.value ?? null])]))}
		    id={(r) => String(r.route)} to={(r) =>
		    settingsPage("route", String(r.route))}
		    columns={[{ name: "route", label: t("Route"), fact: true },
			...shown.map((name) => ({ name, fact: true,
			    render: (r: Row) => <RouteCell r={r} name={name} />
			}))]}
		    empty={<Empty title={t("No route yet")}><p>{t("Without " +
		    "one, only subscribers here can be reached.")}</p></Empty>} />
	</>;
}

/* --- policies and listeners: sections by their names ----------------------- */

export function Policies(): VNode {
	const names = [...new Set(schema.value.map((s) => s.section))]
	    .filter((n) => n.startsWith("policy "));

	return <Several title={t("Policies")} names={names} about={t(
	    "How messages are delivered, reported, converted and kept.")} />;
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
		<Head title={t("Listeners")} about={t(
		    "Where this daemon can be " +
		    "reached, and with which certificate.")}>
			<Link to={settingsPage("admin")} class="button">{t(
			    "The console's own address")}</Link>
			{mayEdit() && <button type="button" class="main"
			    onClick={() => setAdding(true)}><Icon name="plus" />
			    {t("Add a listener")}</button>}
		</Head>
		{adding && <NewInstance section="listener"
		    close={() => setAdding(false)} />}
		{now.error ? <Fault error={now.error} again={now.again} /> :
		    now.data ? <Instances section="listener" names={instancesOf(
		    "listener", now.data.keys())} now={now.data} /> : <Busy />}
		<FirstToEnd />
	</>;
}
