// dashboard.tsx - is traffic flowing, how fast, and what needs attention.

import type { VNode } from "preact";

import { list } from "../lib/api";
import { bytes, count, micros, seconds } from "../lib/format";
import { checks, columns, namesOf, now, past, range, RANGES, sumNow,
    useFigures, valueNow, type Past } from "../lib/live";
import { allowed, op } from "../lib/meta";
import { go, Link, place, query } from "../lib/router";
import { Busy, Card, Empty, Head, Status, useLoad } from "../ui/bits";
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
	const last = sumNow(start, "minute"), mean = sumNow(start, "ten_minutes");

	if (mean < 0.01 || Math.abs(last - mean) / mean < 0.05)
		return `${perSecond(mean)} over ten minutes`;
	return `${last > mean ? "▲" : "▼"} ` +
	    `${percent(Math.abs(last - mean) / mean * 100)} in a minute`;
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
	{ title: "Messages", show: perSecond, to: "/messages",
	  value: () => valueNow("accepted"), under: () => trend("accepted"),
	  line: ["accepted"] },
	{ title: "Registered", show: count, to: "/devices",
	  value: () => valueNow("registrations"),
	  under: () => "devices online now", line: ["registrations"] },
	{ title: "Waiting", show: count, to: "/queues",
	  value: () => sumNow("queue.messages."),
	  under: () => oldest() ? `oldest ${seconds(oldest())}` :
	    `${count(valueNow("flight"))} on their way`,
	  line: ["queue.messages."] },
	{ title: "Delivery p95", show: ms, value: () => latency("p95"),
	  under: () => latency("p50") === null ? "nothing for ten minutes" :
	    `p50 ${ms(latency("p50")!)}, p99 ${ms(latency("p99")!)}`, line: ["latency.ip.p95"] },
	{ title: "Failed", show: percent, value: failures,
	  under: () => "of the last ten minutes", to: "/messages?state=failed",
	  line: ["failed"] },
	{ title: "Processor", show: percent,
	  value: () => valueNow("process.cpu"),
	  under: () => `${bytes(valueNow("process.memory"))} of memory`,
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
	{ title: "Messages by edge", unit: perSecond, fill: true,
	  lines: () => all("messages."), none: "No message yet." },
	{ title: "Messages by gateway", unit: perSecond,
	  lines: () => all("gateway.messages.", (g) =>
	    `/gateways/${g.replace(/\.(in|out)$/, "")}`),
	  none: "No gateway has carried a message yet." },
	{ title: "Time to delivery", unit: ms, log: true,
	  lines: () => all("latency.").filter((l) => !/p50$/.test(l.label) ||
	    namesOf("latency.").length <= 6),
	  none: "Nothing was delivered yet." },
	{ title: "Waiting", unit: count, fill: true, lines: () => [
		...all("queue.messages.", () => "/queues"),
		{ name: "flight", label: "on their way" }],
	  none: "Nothing waits." },
	{ title: "Failures by reason", unit: perSecond,
	  lines: () => [...all("failures.", (reason) =>
	    `/messages?reason=${encodeURIComponent(reason)}`).slice(0, 5),
		...["failed", "expired", "refused"].map((name) => ({ name,
		    label: name, to: name === "refused" ? undefined :
		    `/messages?state=${name}` }))].slice(0, 6),
	  none: "Nothing failed." },
	{ title: "Registered devices", unit: count, fill: true,
	  lines: () => [{ name: "registrations", label: "registered",
	    to: "/devices" }], none: "Nobody is registered." },
	{ title: "Time to disk", unit: ms, log: true,
	  lines: () => all("db.commit.store."), none: "Nothing was written." },
	{ title: "Memory of the daemon", unit: bytes, fill: true,
	  lines: () => [{ name: "process.memory", label: "resident" }],
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

	return <Card title="Needs attention" aside={<Link to="/health">Health
	</Link>}>
		{bad.length === 0 ? <p><Status state="ok" label={
		    `Nothing: all ${checks.value.length} checks pass.`} /></p> :
		    <ul class="checks-list">{bad.map((c) => <li
		    key={String(c.check)}>
			<Status state={String(c.state)} /> {String(c.says)}
			{c.remedy ? <p class="soft">{String(c.remedy)}</p> : null}
		    </li>)}</ul>}
	</Card>;
}

function GatewayStrip(): VNode {
	const { data } = useLoad(async (stop) => (await list("/gateways",
	    {}, stop)).items, [], 3000, "gateways");

	return <Card title="Gateways" aside={<Link to="/gateways">All</Link>}>
		{data?.length === 0 ? <Empty title="No gateway yet"><p>
			<Link to="/settings/gateway">Add one</Link> to reach
			phones that know only SMS.</p></Empty> :
		<ul class="rows">{data?.map((g) => <li key={String(g.name)}>
			<Link class="grow" to={`/gateways/${g.name}`}>
			{String(g.name)}</Link>
			<Status state={String(g.state)} />
			<span class="n">{String(g.out_rate)}/s out</span>
			<span class="n">{String(g.in_rate)}/s in</span>
			</li>)}</ul>}
	</Card>;
}

const RANGE_NAMES: Record<string, string> = { "10m": "10 min", "3h": "3 h",
    "1d": "24 h", "7d": "7 days" };

export function Dashboard(): VNode {
	const p = useFigures();
	const wanted = place.value.query.get("range") ?? "10m";

	if (RANGES.includes(wanted) && wanted !== range.peek())
		range.value = wanted;
	return <>
		<Head title="Dashboard" about="A dashed line is a change of the
		configuration; a gap is a time without figures.">
			<div class="segments" role="group" aria-label="Range">
				{RANGES.map((r) => <button type="button" key={r}
				    aria-pressed={r === range.value}
				    onClick={() => query({ range: r === "10m" ?
				    undefined : r })}>{RANGE_NAMES[r]}</button>)}
			</div>
		</Head>
		{!p ? <Busy what="Waiting for the first figures" /> : <>
			<Tiles p={p} />
			<div class="two">
				{allowed(op("show gateways")) && <GatewayStrip />}
				<Attention />
			</div>
			<Charts />
		</>}
	</>;
}
