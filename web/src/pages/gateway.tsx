// gateway.tsx - one gateway: its link, what holds of it, its test, its settings.

import type { ComponentChildren, VNode } from "preact";

import { list, type Row } from "../lib/api";
import { count, local, micros, words } from "../lib/format";
import { t, term, tx } from "../lib/lang";
import { columns, namesOf, now, useFigures } from "../lib/live";
import { Link } from "../lib/router";
import { Busy, Card, Facts, Fault, Head, Notice, Status, Time, useLoad,
    Value }
    from "../ui/bits";
import { Chart } from "../ui/chart";
import { Actions } from "./actions";
import { SettingsCard } from "./config";
import { LinkTest } from "./linktest";
import { version } from "./lists";

const held = (d: Row | undefined) => Array.isArray(d?.overrides) ?
	d.overrides as Row[] : [];

/* What an operator holds of it now, against its settings. */
export function Overrides({ all }: { all: Row[] }): VNode | null {
	const says = (o: Row) => ({
		drain: t("Draining: nothing new goes through it."),
		disable: t("Disabled: its link is closed."),
		rate: t("At most {n} messages a second.", {
		    n: count(Number(o.value)) }),
	}[String(o.what)] ?? String(o.what));

	return all.length === 0 ? null : <Notice tone="warn">{all.map((o) => <p
	    key={String(o.what)}><b>{says(o)}</b> {tx("By {who} since {when}.",
	    {
		who: String(o.by), when: <Time at={o.since} /> })}{" "}
		{o.until ? tx("Until {when}.",
		    { when: <Time at={o.until} /> }) :
		    t("Until somebody takes it back.")}
		{o.reason ? <> <span class="soft">“{String(
		    o.reason)}”</span></> :
		    null}</p>)}</Notice>;
}

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
		    <span lang="en">{held(d).length ? "" :
		    local(d.why)}</span></> : t("not running")}>
			{d && <Actions path="/gateways" ids={{ name }} about={name}
			    row={d} done={g.again} gone="/gateways" />}
		</Head>
		{g.data === undefined && !g.error && <Notice tone="warn"><p>{t(
		    "This gateway is not in force. Its settings may be " +
		    "staged.")}</p></Notice>}
		<Overrides all={held(d)} />
		<div class="two">
			<Card title={t("Link")}>{d ?
			    <Facts rows={[...Object.entries(d)
			    .filter(([n]) => !["name", "why",
			    "state", "override", "overrides"].includes(n))
			    .map(([n, v]): [string, ComponentChildren] =>
			    [words(n),
			    n === "rate" ? Number(v) ? `${count(Number(v))}/s` :
			    t("no limit") : <Value name={n} value={v} />]),
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
		<LinkTest name={name} />
		<SettingsCard section="gateway" name={name} />
	</>;
}
