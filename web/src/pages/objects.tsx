// objects.tsx - one subscriber, one group, one gateway.

import type { ComponentChildren, VNode } from "preact";
import { useState } from "preact/hooks";

import { get, list, type Row } from "../lib/api";
import { address, words } from "../lib/format";
import { columns, namesOf, now, useFigures } from "../lib/live";
import { actionsOf, allowed, initialOf, op, opAt, run, titleOf, type Op,
    type Values } from "../lib/meta";
import { go, Link } from "../lib/router";
import { Busy, Card, Empty, Facts, Fault, Head, Menu, Notice, Status,
    toast, useLoad, Value } from "../ui/bits";
import { Chart } from "../ui/chart";
import { doNow, OpDialog, reversible } from "../ui/form";
import { Icon } from "../ui/icons";
import { Table } from "../ui/table";
import { count, micros } from "../lib/format";
import { t, term, tx } from "../lib/lang";
import { itemsOf, version } from "./lists";
import { SettingsCard } from "./config";

interface Asked {
	op: Op;
	fixed: Values;
	about?: string;
	initial?: Values;
}

/* The buttons that an object's operations give; what deletes is last. */
export function Actions({ path, ids, about, row, done, gone }: { path: string;
    ids: Values; about: string; row: Row; done: () => void; gone: string }):
    VNode {
	const [asked, ask] = useState<Asked | null>(null);
	const ops = actionsOf(path).row.filter((o) => allowed(o) &&
	    /^[^{]*\{[^}]*\}(\/[^{/]+)?$/.test(o.path));
	const state = String(row.state ?? "");
	const useless = (o: Op) => (state === "active" &&
	    /resume$/.test(o.command)) || (state === "suspended" &&
	    /suspend$/.test(o.command));
	const first = ops.filter((o) => o.method === "PATCH" || reversible(o))
	    .filter((o) => !useless(o));

	return <>
		{first.map((o) => <button type="button" key={o.command}
		    class={o.method === "PATCH" ? "main" : ""}
		    onClick={() => reversible(o) ? void doNow(o, ids, about,
		    done) :
		    ask({ op: o, fixed: ids, about,
			initial: initialOf(o, row) })}>
			{o.method === "PATCH" ? t("Edit") :
			    words(o.command.split(" ").pop()!)}</button>)}
		<Menu label={t("More")} items={itemsOf(ops.filter((o) =>
		    !first.includes(o) && !useless(o)), ids, about, row, ask,
		    done)} />
		{asked && <OpDialog {...asked} close={() => ask(null)}
		    done={() => {
			toast(t("{what}: done.", { what: titleOf(asked.op) }));
			version.value++;
			if (asked.op.method === "DELETE" &&
			    /\}$/.test(asked.op.path))
				go(gone);
			else
				done();
		    }} />}
	</>;
}

/* --- subscriber ------------------------------------------------------------ */

const STEP = /^\s*(\d+) (\S) (.+?)\s{2,}(.*)$/;
const MARKS: Record<string, [string, string]> = { "✓": ["ok", t("yes")],
    "✗": ["failed", t("no")], "–": ["skipped", t("skipped")] };

/* The text of the daemon's explanation: its numbered steps as a list. */
export function Explained({ text }: { text: string }): VNode {
	const lines = text.trimEnd().split("\n");
	const steps = lines.map((l) => STEP.exec(l)).filter((m) => m !== null);
	const rest = lines.filter((l) => l.trim() && !STEP.test(l));

	if (steps.length === 0)
		return <pre class="explained" tabIndex={0}>{text}</pre>;
	return <>
		<ol class="explain">{steps.map(([, n, mark, step, says]) => <li
		    key={n}>
			<span class="soft n">{n}</span>
			<Status state={MARKS[mark]?.[0] ?? "unknown"}
			    label={MARKS[mark]?.[1] ?? mark} />
			<b>{step}</b> <span>{says}</span></li>)}</ol>
		{rest.map((l, i) => <p class="leg" key={i}>{l}</p>)}
	</>;
}

function IfNow({ to }: { to: string }): VNode | null {
	const o = op("explain");
	const { data, error } = useLoad(async () => {
		const people = (await list("/subscribers",
		    { limit: "5" })).items
		    .map((r) => String(r.address)).filter((a) => a !== to);

		return (await run(o!, { from: people[0] ?? to, to })).data;
	}, [to]);

	if (!allowed(o))
		return null;
	return <Card title={t("If someone sends a message now")} aside={<Link
	    to={`/explain?to=${encodeURIComponent(to)}`}>{t(
	    "What if …")}</Link>}>
		{error ? <Fault error={error} /> : data ? <Explained
		    text={String(data.text ?? "")} /> : <Busy />}
	</Card>;
}

function Devices({ of }: { of: string }): VNode {
	const [asked, ask] = useState<Asked | null>(null);
	const under = "/subscribers/{subscriber}/devices";
	const { data, error, again } = useLoad(async (stop) => (await list(
	    "/devices", { subscriber: of }, stop)).items, [of, version.value],
	    5000);

	return <Card title={t("Devices")}>
		{error ? <Fault error={error} again={again} /> : !data ?
		    <Busy /> :
		    data.length === 0 ? <Empty title={t("No device yet")}><p>{t(
		    "It shows here from its first registration on.")}</p></Empty> :
		<ul class="rows">{data.map((d) => <li key={String(d.name)}>
			<span class="grow"><b>{String(d.name)}</b>
			    {d.primary ? <span class="badge">{t(
			    "primary")}</span> : null}
			    {d.blocked ? <span class="badge">{t(
			    "blocked")}</span> : null}
			    <small class="soft"> {String(d.agent ?? "")}</small>
			</span>
			<Value name="online" value={d.online} />
			<span class="soft">{tx("seen {when}", { when: <Value
			    name="seen" value={d.seen} /> })}</span>
			<Menu label={t("Actions for {name}", {
			    name: String(d.name) })} items={itemsOf(
			    actionsOf(under).row, { subscriber: of,
			    device: String(d.name) }, String(d.name), d, ask,
			    again)} /></li>)}</ul>}
		{asked && <OpDialog {...asked} close={() => ask(null)}
		    done={() => { toast(t("Done.")); again(); }} />}
	</Card>;
}

/* What else there is of it: one answer, and what can be done with it. */
function Related({ title, path, under, ids }: { title: string; path: string;
    under: string; ids: Values }): VNode | null {
	const [asked, ask] = useState<Asked | null>(null);
	const of = opAt("GET", path);
	const loaded = useLoad(async () => (await run(of!, ids)).data,
	    [JSON.stringify(ids), version.value]);
	const d = loaded.data;
	const { create, row } = actionsOf(under);
	const rows = Array.isArray(d?.items) ? d.items as Row[] : null;
	const about = String(Object.values(ids)[0]);
	const first = (r: Row) => {
		const name = under.split("/").pop()!.replace(/s$/, "");

		return String(r[name] ?? r.name ?? Object.values(r)[0]);
	};
	const rest = (r: Row) => Object.entries(r).filter(([, v]) =>
	    v !== first(r) && v !== null && v !== "");
	const name = (r: Row) => ({ ...ids, [under.split("/").pop()!
	    .replace(/s$/, "")]: first(r) });

	if (!allowed(of))
		return null;
	return <Card title={title} aside={<Menu label={t("Actions for {name}",
	    { name: title })}
	    items={itemsOf(rows ? create : row, ids, about, d ?? {}, ask,
	    loaded.again)} />}>
		{loaded.error ? <Fault error={loaded.error}
		    again={loaded.again} /> : !d ? <Busy /> : !rows ?
		    <Facts rows={Object.entries(d).map(([n, v]) => [words(n),
		    <Value name={n} value={v} />])} /> : rows.length === 0 ?
		    <p class="soft">{t("None.")}</p> :
		    <ul class="rows">{rows.map((r) =>
		    <li key={first(r)}><span class="grow"><b>{first(r)}</b>{" "}
			{rest(r).map(([n, v]) => <span class="soft"
			    key={n}>{words(
			    n)}: <Value name={n} value={v} />{" "}
			</span>)}</span>
			<Menu label={t("Actions for {name}", {
			    name: first(r) })} items={itemsOf(row,
			    name(r), first(r), r, ask,
			    loaded.again)} /></li>)}</ul>}
		{asked && <OpDialog {...asked} close={() => ask(null)}
		    done={() => { toast(t("Done.")); loaded.again(); }} />}
	</Card>;
}

export function Subscriber({ names }: { names: Record<string,
    string> }): VNode {
	const path = `/subscribers/${encodeURIComponent(names.address)}`;
	const s = useLoad((stop) => get(path, {}, stop), [path, version.value]);
	const d = s.data;

	if (s.error)
		return <><Head title={address(names.address)} back={<Link
		    to="/subscribers">{t("Subscribers")}</Link>} />
		    <Fault error={s.error} again={s.again} /></>;
	if (!d)
		return <Busy />;
	const tel = String(d.address);

	return <>
		<Head back={<Link to="/subscribers">{t("Subscribers")}</Link>}
		    title={<>{String(d.name ||
		    address(tel))} <span class="soft">
		    {d.name ? address(tel) : ""}</span></>}
		    about={<Status state={String(d.state)} />}>
			<Actions path="/subscribers" ids={{ address: tel,
			    subscriber: tel }} about={tel} row={d} done={s.again}
			    gone="/subscribers" />
		</Head>
		<div class="two">
			<Card title={t(
			    "Subscriber")}><Facts rows={Object.entries(d)
			    .filter(([n]) => n !== "state").map(([n, v]) =>
			    [words(n), <Value name={n} value={v} />])} /></Card>
			<Devices of={tel} />
		</div>
		<IfNow to={tel} />
		<div class="two">
			<Related title={t(
			    "Screening")} ids={{ subscriber: tel }}
			    path="/screening/subscribers/{subscriber}"
			    under="/screening/subscribers" />
			<Related title={t("Profiles")} ids={{ subscriber: tel }}
			    path="/subscribers/{subscriber}/profiles"
			    under="/subscribers/{subscriber}/profiles" />
		</div>
		<Card title={t("Messages to it")}><Table path="/messages" quiet
		    op={op("show messages")}
		    fixed={{ to: tel }} caption={t(
		    "Messages to it")} height="22rem"
		    id={(r) => String(r.id)} only
		    to={(r) => `/messages/${r.id}`} columns={[
			{ name: "time" }, { name: "from", fact: true },
			{ name: "kind" }, { name: "state", fact: true },
			{ name: "reason" }]} /></Card>
		<Card title={t(
		    "Messages from it")}><Table path="/messages" quiet
		    op={op("show messages")}
		    fixed={{ from: tel }} caption={t(
		    "Messages from it")} height="22rem"
		    id={(r) => String(r.id)} only
		    to={(r) => `/messages/${r.id}`} columns={[
			{ name: "time" }, { name: "to", fact: true },
			{ name: "kind" }, { name: "state", fact: true },
			{ name: "reason" }]} /></Card>
	</>;
}

/* --- group ----------------------------------------------------------------- */

export function Group({ names }: { names: Record<string, string> }): VNode {
	const path = `/groups/${encodeURIComponent(names.address)}`;
	const [asked, ask] = useState<Asked | null>(null);
	const g = useLoad((stop) => get(path, {}, stop), [path, version.value]);
	const d = g.data;
	const addMember = op("group member add");

	if (g.error)
		return <><Head title={address(names.address)} back={<Link
		    to="/groups">{t("Groups")}</Link>} />
		    <Fault error={g.error} again={g.again} /></>;
	if (!d)
		return <Busy />;
	const group = String(d.address);

	return <>
		<Head back={<Link to="/groups">{t("Groups")}</Link>}
		    title={<>{String(d.subject || address(group))} <span
		    class="soft">{d.subject ? address(group) : ""}</span></>}
		    about={d.state ? <Status state={String(d.state)} /> : null}>
			<Actions path="/groups" ids={{ address: group, group }}
			    about={group} row={d} done={g.again} gone="/groups" />
		</Head>
		<Card title={t(
		    "Group")}><Facts rows={Object.entries(d).filter(([, v]) =>
		    typeof v !== "object").map(([n, v]) => [words(n),
		    <Value name={n} value={v} />])} /></Card>
		<Card title={t("Members")} aside={allowed(addMember) && <button
		    type="button" onClick={() => ask({ op: addMember!,
		    fixed: { group } })}><Icon name="plus" /> {" "}{t(
		    "Add a member")}
		    </button>}>
			<Table path={`${path}/members`} caption={t(
			    "Members")} quiet
			    op={op("show members")} fixed={{}}
			    version={version.value} id={(r) => String(
			    r.address)}
			    columns={[{ name: "address" },
				{ name: "role", fact: true }]}
			    empty={<Empty title={t("No member yet")} />}
			    items={(r) => itemsOf(actionsOf(
				"/groups/{group}/members").row, { group,
				address: String(r.address) }, String(r.address),
				    r,
				ask, () => { version.value++; })} />
		</Card>
		{asked && <OpDialog {...asked} close={() => ask(null)}
		    done={() => { toast(t("Done.")); version.value++; }} />}
	</>;
}

/* --- gateway --------------------------------------------------------------- */

export function Gateway({ names }: { names: Record<string, string> }): VNode {
	const name = names.name;
	const g = useLoad(async (stop) => (await list("/gateways", { name },
	    stop)).items[0] as Row | undefined, [name, version.value], 2000,
	    "gateways");
	const d = g.data;
	const answer = now.value.get(`gateway.answer.${name}.p95`)?.minute;

	useFigures();
	if (g.error)
		return <Fault error={g.error} again={g.again} />;
	const lines = ["messages", "reports"].flatMap((kind) =>
	    namesOf(`gateway.${kind}.${name}.`).map((n) => ({ name: n,
		label: `${term(kind)} ${term(n.split(".").pop()!)}` })));

	return <>
		<Head back={<Link to="/gateways">{t(
		    "Gateways")}</Link>} title={name}
		    about={d ? <><Status state={String(d.state)} />{" "}
		    <span>{String(d.why ?? "")}</span></> : t("not running")}>
			{d && <Actions path="/gateways" ids={{ name }} about={name}
			    row={d} done={g.again} gone="/gateways" />}
		</Head>
		{g.data === undefined && !g.error && <Notice tone="warn"><p>{t(
		    "This gateway is not in force. Its settings may be " +
		    "staged.")}</p></Notice>}
		<div class="two">
			<Card title={t("Link")}>{d ?
			    <Facts rows={[...Object.entries(d)
			    .filter(([n]) => !["name", "why",
			    "state"].includes(n))
			    .map(([n, v]): [string, ComponentChildren] =>
			    [words(n),
			    <Value name={n} value={v} />]),
			    [t("Answers in"), answer ? t(
			    "{time} (p95 of a minute)",
				{ time: micros(answer * 1000) }) : "–"]]} /> :
				    <Busy />}
			</Card>
			<section class="card" aria-label={t("Messages per " +
			    "second")}>
			{lines.length > 0 ? <Chart title={t("Messages per " +
			    "second")}
			    unit={(v) => `${count(v)}/s`} lines={lines}
			    data={columns(lines.map((l) => l.name))} /> :
			    <p class="soft">{t(
			    "No message yet.")}</p>}</section>
		</div>
		<SettingsCard section="gateway" name={name} />
	</>;
}
