// dashboard.tsx - is traffic flowing, how fast, and what needs attention.

import type { VNode } from "preact";

import { list } from "../lib/api";
import { bytes, count, micros, seconds } from "../lib/format";
import { t, term, tx } from "../lib/lang";
import { checks, columns, namesOf, now, past, range, RANGES, sumNow,
    useFigures, valueNow, type Past } from "../lib/live";
import { allowed, op } from "../lib/meta";
import { go, Link, place, query } from "../lib/router";
import { leftAt } from "../lib/steps";
import { Busy, Card, Empty, Head, Notice, Said, Status,
    useLoad } from "../ui/bits";
import { Chart } from "../ui/chart";

const perSecond = (v: number) => `${count(v)}/s`;
const ms = (v: number) => micros(v * 1000);
const percent = (v: number) => `${count(v)} %`;

/* --- tiles ---------------------------------------------------------------------- */

interface Tile {
	title: string;
	value: () => number | null;
	show: (v: number) => string;
	under: () => string;
	line: string[];		// series whose sum is the little line
	to?: string;
	needs?: string;
}

function trend(start: string): string {
	const last = sumNow(start, "minute"), mean = sumNow(start,
	    "ten_minutes");

	if (mean < 0.01 || Math.abs(last - mean) / mean < 0.05)
		return t("{rate} over ten minutes", { rate: perSecond(mean) });
	return `${last > mean ? "▲" : "▼"} ` + t("{percent} in a minute", {
	    percent: percent(Math.abs(last - mean) / mean * 100) });
}

/* The slowest way in which anything was delivered. */
function latency(q: string): number | null {
	const found = [...now.value].filter(([n]) => n.startsWith("latency.") &&
	    n.endsWith(`.${q}`)).map(([, v]) => v.minute ?? v.ten_minutes)
	    .filter((v) => v !== null);

	return found.length ? Math.max(...found) : null;
}

function failures(): number {
	const in_ = sumNow("accepted", "ten_minutes");
	const bad = sumNow("failed", "ten_minutes") +
	    sumNow("expired", "ten_minutes");

	return in_ + bad > 0 ? 100 * bad / Math.max(in_, bad) : 0;
}

const oldest = () => Math.max(0, ...[...now.value].filter(([n]) =>
    n.startsWith("queue.age.")).map(([, v]) => v.now ?? 0));

const TILES: Tile[] = [
	{ title: t("Messages"), show: perSecond, to: "/messages",
	  value: () => valueNow("accepted"), under: () => trend("accepted"),
	  line: ["accepted"] },
	{ title: t("Registered"), show: count, to: "/devices",
	  value: () => valueNow("registrations"),
	  under: () => t("devices online now"), line: ["registrations"] },
	{ title: t("Waiting"), show: count, to: "/queues",
	  value: () => sumNow("queue.messages."),
	  under: () => oldest() ? t("oldest {age}",
	      { age: seconds(oldest()) }) :
	    t("{n} on their way", { n: count(valueNow("flight")) }),
	  line: ["queue.messages."] },
	{ title: t("Delivery p95"), show: ms, value: () => latency("p95"),
	  under: () => latency("p50") === null ? t("nothing for ten minutes") :
	    `p50 ${ms(latency("p50")!)}, p99 ${ms(latency("p99")!)}`,
	    line: ["latency.ip.p95"] },
	{ title: t("Failed"), show: percent, value: failures,
	  under: () => t("of the last ten minutes"),
	      to: "/messages?state=failed",
	  line: ["failed"] },
	{ title: t("Processor"), show: percent,
	  value: () => valueNow("process.cpu"),
	  under: () => t("{size} of memory", {
	      size: bytes(valueNow("process.memory")) }),
	  line: ["process.cpu"] },
];

/* A line of the whole range, 100 wide and 30 high. */
function Spark({ p, line }: { p: Past; line: string[] }): VNode {
	const found = [...p.series].filter(([n]) => line.some((l) => n === l ||
	    l.endsWith(".") && n.startsWith(l))).map(([, vs]) => vs);
	const n = p.times.length;
	const sums = p.times.map((_, i) => found.some((vs) => vs[i] !== null) ?
	    found.reduce((sum, vs) => sum + (vs[i] ?? 0), 0) : null);
	const top = Math.max(...sums.map((v) => v ?? 0)) * 1.1 || 1;
	let pen = "M";
	const path = sums.map((v, i) => {
		if (v === null) {
			pen = "M";
			return "";
		}
		const at = `${pen}${i} ${(29 - v / top * 26).toFixed(1)}`;

		pen = "L";
		return at;
	}).join("");

	return <svg class="spark" viewBox={`0 0 ${Math.max(1, n - 1)} 30`}
	    aria-hidden="true" preserveAspectRatio="none"><path d={path} /></svg>;
}

function Tiles({ p }: { p: Past }): VNode {
	return <div class="tiles">{TILES.map((t) => {
		const v = t.value();
		const inner = <>
			<h2>{t.title}</h2>
			<p class="figure">{v === null ? "–" : t.show(v)}</p>
			<p class="soft small">{t.under()}</p>
			<Spark p={p} line={t.line} />
		</>;

		return t.to ? <Link key={t.title} to={t.to} class="tile">{inner}
		</Link> : <div key={t.title} class="tile">{inner}</div>;
	})}</div>;
}

/* --- charts ---------------------------------------------------------------------- */

interface Picture {
	title: string;
	unit: (v: number) => string;
	fill?: boolean;
	log?: boolean;
	lines: () => { name: string; label: string; to?: string }[];
	none: string;		// why there is nothing
}

/* "messages.sip.in" to "sip in" */
const short = (name: string, start: string) =>
	name.slice(start.length).replace(/\./g, " ");

const all = (start: string, to?: (rest: string) => string) =>
	namesOf(start).map((name) => ({ name, label: short(name, start),
	    to: to?.(name.slice(start.length)) }));

const PICTURES: Picture[] = [
	{ title: t("Messages by edge"), unit: perSecond, fill: true,
	  lines: () => all("messages."), none: t("No message yet.") },
	{ title: t("Messages by gateway"), unit: perSecond,
	  lines: () => all("gateway.messages.", (g) =>
	    `/gateways/${g.replace(/\.(in|out)$/, "")}`),
	  none: t("No gateway has carried a message yet.") },
	{ title: t("Time to delivery"), unit: ms, log: true,
	  lines: () => all("latency.").filter((l) => !/p50$/.test(l.label) ||
	    namesOf("latency.").length <= 6),
	  none: t("Nothing was delivered yet.") },
	{ title: t("Waiting"), unit: count, fill: true, lines: () => [
		...all("queue.messages.", () => "/queues"),
		{ name: "flight", label: t("on their way") }],
	  none: t("Nothing waits.") },
	{ title: t("Failures by reason"), unit: perSecond,
	  lines: () => [...all("failures.", (reason) =>
	    `/messages?reason=${encodeURIComponent(reason)}`).slice(0, 5),
		...["failed", "expired", "refused"].map((name) => ({ name,
		    label: term(name), to: name === "refused" ? undefined :
		    `/messages?state=${name}` }))].slice(0, 6),
	  none: t("Nothing failed.") },
	{ title: t("Registered devices"), unit: count, fill: true,
	  lines: () => [{ name: "registrations", label: t("registered"),
	    to: "/devices" }], none: t("Nobody is registered.") },
	{ title: t("Time to disk"), unit: ms, log: true,
	  lines: () => all("db.commit.store."), none: t(
	      "Nothing was written.") },
	{ title: t("Memory of the daemon"), unit: bytes, fill: true,
	  lines: () => [{ name: "process.memory", label: t("resident") }],
	  none: "" },
];

function Charts(): VNode {
	const marks = past.value?.marks ?? [];

	return <div class="charts">{PICTURES.map((p) => {
		const lines = p.lines().filter((l) =>
		    past.value?.series.has(l.name));

		return <section class="card" key={p.title} aria-label={p.title}>
			{lines.length > 0 ? <Chart title={p.title} unit={p.unit}
			    log={p.log} marks={marks}
			    lines={lines.map((l) => ({ label: l.label,
			    fill: p.fill }))}
			    data={columns(lines.map((l) => l.name))}
			    open={lines.some((l) => l.to) ? (i) => {
				if (lines[i].to)
					go(lines[i].to!);
			    } : undefined} /> : <><h3>{p.title}</h3>
			    <p class="soft">{p.none}</p></>}
		</section>;
	})}</div>;
}

/* --- what needs attention --------------------------------------------------------------- */

function Attention(): VNode {
	const bad = checks.value.filter((c) => c.state !== "ok");

	return <Card title={t("Needs attention")} aside={<Link to="/health">{t(
	    "Health")}
	</Link>}>
		{checks.value.length === 0 ? <Busy /> : bad.length === 0 ?
		    <p><Status state="ok" label={
		    t("Nothing: all {n} checks pass.", {
		    n: checks.value.length })} /></p> :
		    <ul class="checks-list">{bad.map((c) => <li
		    key={String(c.check)}>
			<Status state={String(c.state)} /> <Said
			    text={c.says} />
			{c.remedy ? <p class="soft"><Said text={c.remedy} />
			    </p> : null}
		    </li>)}</ul>}
	</Card>;
}

function GatewayStrip(): VNode {
	const { data } = useLoad(async (stop) => (await list("/gateways",
	    {}, stop)).items, [], 3000, "gateways");

	return <Card title={t("Gateways")} aside={<Link to="/gateways">{t(
	    "All")}</Link>}>
		{data?.length === 0 ? <Empty title={t("No gateway yet")}><p>
			{tx("{add} to reach phones that know only SMS.", {
			    add: <Link to="/settings/gateway?do=add">{t(
			    "Add one")}</Link>
			})}</p></Empty> :
		<ul class="rows links">{data?.map((g) => <li key={String(g.name)}>
			<Link class="grow" to={`/gateways/${g.name}`}>
			{String(g.name)}</Link>
			<Status state={String(g.state)} />
			<span class="n">{t("{n}/s out", { n: String(
			    g.out_rate) })}</span>
			<span class="n">{t("{n}/s in", { n: String(
			    g.in_rate) })}</span>
			</li>)}</ul>}
	</Card>;
}

const RANGE_NAMES: Record<string, string> = { "10m": "10 min", "3h": "3 h",
    "1d": "24 h", "7d": t("7 days") };

export function Dashboard(): VNode {
	const p = useFigures();
	const wanted = place.value.query.get("range") ?? "10m";

	if (RANGES.includes(wanted) && wanted !== range.peek())
		range.value = wanted;
	return <>
		<Head title={t("Dashboard")} about={t(
		    "A dashed line is a change " +
		    "of the configuration; a gap is a time without figures.")}>
			<div class="segments" role="group" aria-label={t(
			    "Range")}>
				{RANGES.map((r) => <button type="button" key={r}
				    aria-pressed={r === range.value}
				    onClick={() => query({ range: r === "10m" ?
				    undefined :
				    r })}>{RANGE_NAMES[r]}</button>)}
			</div>
		</Head>
		{leftAt.value && <Notice><p>{tx("The first steps are not at " +
		    "their end. {go}", { go: <Link to="/welcome">{t(
		    "Go on where you left them")}</Link> })}{" "}
		    <button type="button" class="quiet small" onClick={() => {
			leftAt.value = "";
		    }}>{t("Do not ask again")}</button></p></Notice>}
		{!p ? <Busy what={t("Waiting for the first figures")} /> : <>
			<Tiles p={p} />
			<div class="two">
				{allowed(op("show gateways")) &&
				    <GatewayStrip />}
				<Attention />
			</div>
			<Charts />
		</>}
	</>;
}
