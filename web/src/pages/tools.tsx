// tools.tsx - explain, and every operation the daemon has.

import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

import { type Row } from "../lib/api";
import { words } from "../lib/format";
import { t } from "../lib/lang";
import { allowed, choices, names, op, operations, run, shellLine, type Op,
    type Values } from "../lib/meta";
import { Link, place, query } from "../lib/router";
import { Busy, Card, Empty, Facts, Fault, Head, Notice, Shell, Value }
    from "../ui/bits";
import { Explained } from "../ui/explained";
import { Field, fieldOfArg } from "../ui/field";
import { OpForm } from "../ui/form";
import { Table } from "../ui/table";

/* --- explain --------------------------------------------------------------- */

/* The row's choices, with the name of each gateway where one is to be. */
const whatIfs = (complete: string | null, gateways: string[]): string[] =>
	choices(complete).flatMap((c) => c.includes("NAME") ?
	    gateways.map((g) =>
	    c.replace("NAME", g)) : [c]);

/* What is supposed, in words; a new one is said as the daemon spells it. */
function supposed(what: string): string {
	const down = /^gateway:(.+):down$/.exec(what);

	return down ? t("gateway {name} is down", { name: down[1] }) : {
		"recipient-offline": t("the recipient is offline"),
		"primary-no-ip": t("the primary device has no IP"),
		anonymous: t("the sender is anonymous"),
	}[what] ?? what.replace(/[-:]/g, " ");
}

export function Explain(): VNode {
	const o = op("explain");
	const q = place.value.query;
	const [texts, setTexts] = useState<Record<string, string>>(() =>
		Object.fromEntries((o?.args ?? []).map((a) => [a.name,
		    q.get(a.name) ?? ""])));
	const [answer, setAnswer] = useState<Row | null>(null);
	const [error, setError] = useState<unknown>(null);
	const [working, setWorking] = useState(false);
	const [gateways, setGateways] = useState<string[]>([]);

	const given = (): Values => ({ ...texts, assume: texts.assume ?
	    texts.assume.split(/[\s,]+/).filter(Boolean) : undefined });

	async function ask() {
		setWorking(true);
		setError(null);
		query(texts);
		try {
			setAnswer((await run(o!, given())).data);
		} catch (e) {
			setAnswer(null);
			setError(e);
		}
		setWorking(false);
	}
	useEffect(() => {
		names("gateway", "").then(setGateways, () => undefined);
		if (texts.from && texts.to)
			void ask();
	}, []);
	if (!o)
		return <Empty title={t("This daemon has no explain")} />;
	const assume = o.args.find((a) => a.name === "assume");
	const assumed = (texts.assume ?? "").split(/[\s,]+/).filter(Boolean);
	const main = o.args.filter((a) => a !== assume);

	return <>
		<Head title={t("Explain")} about={t("What would happen to a " +
		    "message, step by step, and why. Nothing is sent.")} />
		<form class="card form" onSubmit={(e) => { e.preventDefault();
		    void ask(); }}>
			<div class="grid">{main.map((a) => <Field key={a.name}
			    row={fieldOfArg(a)} value={texts[a.name] ?? ""}
			    set={(v) => setTexts({ ...texts,
			    [a.name]: v })} />)}
			</div>
			{assume && <fieldset class="chips"><legend>{t(
			    "What if …")}</legend>
				{[...new Set([...whatIfs(assume.complete,
				    gateways), ...assumed])].map((c) => <label
				    key={c} class="chip"><input type="checkbox"
				    checked={assumed.includes(c)}
				    onChange={() => setTexts({ ...texts,
				    assume: (assumed.includes(c) ?
				    assumed.filter((x) => x !== c) :
				    [...assumed, c]).join(" ") })} />{" "}
				    {supposed(c)}</label>)}</fieldset>}
			<Shell line={shellLine(o, given())} />
			<div class="buttons"><button class="main"
			    disabled={working}>{t("Explain")}</button></div>
		</form>
		<div role="status">
			{error !== null && <Fault error={error} />}
			{answer && <Card title={t("Answer")}>
				{answer.text ? <Explained answers
				    text={String(answer.text)} /> :
				    <Answer data={answer} />}</Card>}
		</div>
	</>;
}

/* --- any answer ------------------------------------------------------------ */

export function Answer({ data }: { data: Row }): VNode {
	if (typeof data.text === "string")
		return <Explained text={data.text} />;
	if (Array.isArray(data.items)) {
		const rows = data.items as Row[];
		const names = [...new Set(rows.flatMap((r) => Object.keys(r)))];

		return rows.length === 0 ? <Empty title={t("No rows")} /> :
		    <div class="scroll" tabIndex={0} role="region"
		    aria-label={t("Answer")}><table><thead><tr>{names.map((n) =>
		    <th scope="col" key={n}>{words(n)}</th>)}</tr></thead>
		    <tbody>{rows.map((r, i) => <tr key={i}>{names.map((n) =>
		    <td key={n}><Value name={n} value={r[n]} /></td>)}</tr>)}
		    </tbody></table></div>;
	}
	return Object.keys(data).length === 0 ? <p>{t("Done.")}</p> :
	    <Facts rows={Object.entries(data).map(([n, v]) => [words(n),
	    <Value name={n} value={v} />])} />;
}

/* --- every operation ------------------------------------------------------- */

export function Operations(): VNode {
	const rows = operations.value.filter((o) => o.command);
	const groups = new Map<string, Op[]>();

	for (const o of rows) {
		const first = o.command.split(" ")[0];

		groups.set(first, [...groups.get(first) ?? [], o]);
	}
	return <>
		<Head title={t("All operations")} about={t("Everything this " +
		    "daemon can do. Each has a form here, a line in the " +
		    "shell and a path in the API, from the same row.")} />
		{[...groups].sort(([a], [b]) => a.localeCompare(b)).map(
		    ([name, ops]) => <Card title={name} key={name}>
			<ul class="rows">{ops.map((o) => <li key={o.command}>
				<span class="grow">{allowed(o) ? <Link
				    to={`/operations/${encodeURIComponent(
				    o.command)}`}>{o.command}</Link> :
				    <span>{o.command} <span class="badge">{t(
				    "needs the role {role}",
				    { role: o.role })}</span></span>}
				    <small class="soft"> {o.help}</small></span>
				<code class="soft small">{o.method} {o.path}</code>
			</li>)}</ul></Card>)}
	</>;
}

export function Operation({ names }: { names: Record<string, string> }): VNode {
	const o = op(names.command);
	const [answer, setAnswer] = useState<Row | null>(null);
	const initial: Values = {};

	if (!o)
		return <Empty title={t("There is no operation \"{name}\"",
		    { name: names.command })}>
			<p><Link to="/operations">{t(
			    "All operations")}</Link></p></Empty>;
	for (const [name, value] of place.value.query)
		initial[name] = value;
	const plainList = o.method === "GET" && !o.path.includes("{") &&
	    o.args.some((a) => a.name === "cursor");

	return <>
		<Head back={<Link to="/operations">{t("All operations")}</Link>}
		    title={o.command} about={<code>{o.method} {o.path}</code>} />
		{!allowed(o) && <Notice tone="warn"><p>{t(
		    "Your role may not do this; " +
		    "it needs {role}.", { role: o.role })}</p></Notice>}
		{plainList ? <Card><Table path={o.path} op={o} columns={[]}
		    caption={o.command} id={(r) =>
		    JSON.stringify(r)} /></Card> :
		<Card><OpForm op={o} key={o.command} label={o.method === "GET" ?
		    t("Show") : undefined} done={(data) =>
		    setAnswer(data)} /></Card>}
		<div role="status">{answer && <Card title={t("Answer")}><Answer
		    data={answer} /></Card>}</div>
	</>;
}

export { Busy };
