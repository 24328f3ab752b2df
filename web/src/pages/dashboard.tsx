// dashboard.tsx - is traffic flowing, how fast, and what needs attention.

import type { VNode } from "preact";
import { useMemo } from "preact/hooks";

import { list, type Row } from "../lib/api";
import { count, micros, bytes } from "../lib/format";
import { checks, history, labelsOf, quantile, rateOf, remember, ticks,
    useFigures, valueOf, type Figures } from "../lib/live";
import { allowed, op } from "../lib/meta";
import { go, Link } from "../lib/router";
import { Busy, Card, Empty, Head, Status, useLoad } from "../ui/bits";
import { Chart, type Mark } from "../ui/chart";

/* --- tiles ----------------------------------------------------------------- */

interface Tile {
	id: string;
	title: string;
	value: (f: Figures) => number | null;
	show: (v: number) => string;
	under: (f: Figures) => string;
	to?: string;
}

const perSecond = (v: number) => `${count(v)}/s`;

const TILES: Tile[] = [
	{ id: "in", title: "Accepted", show: perSecond, to: "/messages",
	  value: (f) => rateOf(f, /^parley_messages_accepted_total{/),
	  under: (f) => `${count(valueOf(f,
	    /^parley_messages_accepted_total{/))} since start` },
	{ id: "out", title: "Handed over", show: perSecond, to: "/messages",
	  value: (f) => rateOf(f, /^parley_messages_sent_total{/),
	  under: (f) => `${count(valueOf(f,
	    /^parley_messages_sent_total{/))} since start` },
	{ id: "queue", title: "Waiting", show: count, to: "/queues",
	  value: (f) => valueOf(f, /^parley_queue_messages{/),
	  under: (f) => `${count(valueOf(f, /^parley_legs_in_flight{/))} on ` +
	    "their way" },
	{ id: "registered", title: "Registered", show: count, to: "/devices",
	  value: (f) => valueOf(f, /^parley_registrations{/),
	  under: (f) => `${count(valueOf(f,
	    /^parley_subscribers{state="active"/))} subscribers` },
	{ id: "p95", title: "Commit p95", show: micros,
	  value: (f) => quantile(f, /^parley_db_commit_duration_seconds{/,
	    "p95_us"),
	  under: (f) => `p99 ${micros(quantile(f,
	    /^parley_db_commit_duration_seconds{/, "p99_us") ?? 0)}` },
	{ id: "failed", title: "Failed", show: perSecond,
	  to: "/messages?state=failed",
	  value: (f) => rateOf(f, /^parley_messages_failed_total{/),
	  under: (f) => `${count(valueOf(f,
	    /^parley_messages_failed_total{/))} since start` },
];

for (const t of TILES)
	remember({ id: t.id, label: t.title, value: t.value });

/* A line of the last two minutes, 100 wide and 30 high. */
function Spark({ id }: { id: string }): VNode {
	const past = history([id])[1].slice(-120);
	const top = Math.max(...past.map((v) => v ?? 0)) * 1.1 || 1;
	let pen = "M";
	const path = past.map((v, i) => {
		if (v === null) {
			pen = "M";
			return "";
		}
		const at = `${pen}${i + 120 - past.length} ` +
		    (29 - v / top * 26).toFixed(1);

		pen = "L";
		return at;
	}).join("");

	return <svg class="spark" viewBox="0 0 119 30" aria-hidden="true"
	    preserveAspectRatio="none"><path d={path} /></svg>;
}

function Tiles({ f }: { f: Figures }): VNode {
	return <div class="tiles">{TILES.map((t) => {
		const v = t.value(f);
		const inner = <>
			<h2>{t.title}</h2>
			<p class="figure">{v === null ? "–" : t.show(v)}</p>
			<p class="soft small">{t.under(f)}</p>
			<Spark id={t.id} />
		</>;

		return t.to ? <Link key={t.id} to={t.to} class="tile">{inner}
		</Link> : <div key={t.id} class="tile">{inner}</div>;
	})}</div>;
}

/* --- charts ---------------------------------------------------------------- */

interface Picture {
	title: string;
	unit: (v: number) => string;
	fill?: boolean;
	log?: boolean;
	lines: (f: Figures | null) => { id: string; label: string; to?: string;
	    value: (f: Figures) => number | null }[];
}

const metric = (id: string, label: string, name: RegExp, to?: string) => ({
	id, label, to, value: (f: Figures) => rateOf(f, name) });

const PICTURES: Picture[] = [
	{ title: "Messages per second", unit: perSecond, fill: true,
	  lines: () => [
		metric("c-in", "accepted", /^parley_messages_accepted_total{/),
		metric("c-out", "handed over", /^parley_messages_sent_total{/),
		metric("c-reports", "reports", /^parley_reports_sent_total{/),
	  ] },
	{ title: "By gateway, per second", unit: perSecond, lines: (f) =>
	    labelsOf(f, "parley_gateway_up", "gateway").slice(0, 3).flatMap(
	    (g) => [
		metric(`g-${g}-out`, `${g} out`, new RegExp(
		    `^parley_gateway_submits_total{gateway="${g}"`),
		    `/gateways/${g}`),
		metric(`g-${g}-in`, `${g} in`, new RegExp(
		    `^parley_gateway_delivers_total{gateway="${g}"`),
		    `/gateways/${g}`),
	    ]) },
	{ title: "Queue", unit: count, fill: true, lines: () => [
		{ id: "c-queue", label: "waiting", to: "/queues",
		  value: (f) => valueOf(f, /^parley_queue_messages{/) },
		{ id: "c-flight", label: "on their way", value: (f) =>
		    valueOf(f, /^parley_legs_in_flight{/) },
	] },
	{ title: "Time to disk and to the next hop", unit: micros, log: true,
	  lines: () => (["p50_us", "p95_us", "p99_us"] as const).map((q) => ({
		id: `c-hop-${q}`, label: q.slice(0, 3), value: (f: Figures) =>
		    quantile(f, /^parley_hop_duration_seconds{/, q) || null })) },
	{ title: "Failures by reason, per second", unit: perSecond,
	  lines: (f) => {
		const reasons = labelsOf(f, "parley_messages_failed_total",
		    "reason").slice(0, 5);

		return reasons.length ? reasons.map((r) => metric(`f-${r}`, r,
		    new RegExp(`^parley_messages_failed_total{.*reason="${r}"`),
		    `/messages?reason=${r}`)) : [
			metric("c-failed", "failed",
			    /^parley_messages_failed_total{/,
			    "/messages?state=failed"),
			metric("c-expired", "expired",
			    /^parley_messages_expired_total{/,
			    "/messages?state=expired"),
			metric("c-refused", "refused",
			    /^parley_messages_refused_total{/),
		    ];
	  } },
	{ title: "Memory of the daemon", unit: bytes, fill: true, lines: () => [
		{ id: "c-rss", label: "resident", value: (f) => valueOf(f,
		    /^process_resident_memory_bytes{/) },
	] },
];

function useMarks(): Mark[] {
	const { data } = useLoad<Row[]>(async (stop) =>
		allowed(op("show configuration history")) ? (await list(
		    "/config/revisions", { limit: "20" }, stop)).items : [],
		[], 30000);

	return useMemo(() => (data ?? []).map((r) => ({
		at: new Date(String(r.time)).getTime() / 1000,
		label: `rev ${r.revision}` })), [data]);
}

function Charts({ f }: { f: Figures }): VNode {
	const marks = useMarks();

	void ticks.value;
	return <div class="charts">{PICTURES.map((p) => {
		const lines = p.lines(f);

		lines.forEach(remember);
		return lines.length > 0 && <section class="card" key={p.title}>
			<Chart title={p.title} unit={p.unit} log={p.log}
			    lines={lines.map((l) => ({ label: l.label,
			    fill: p.fill }))} marks={marks}
			    data={history(lines.map((l) => l.id))}
			    open={lines.some((l) => l.to) ? (i) => {
				if (lines[i].to)
					go(lines[i].to!);
			    } : undefined} />
		</section>;
	})}</div>;
}

/* --- what needs attention -------------------------------------------------- */

function Attention(): VNode {
	const bad = checks.value.filter((c) => c.state !== "ok");

	return <Card title="Needs attention" aside={<Link to="/health">Health
	</Link>}>
		{bad.length === 0 ? <p><Status state="ok" label="Nothing: all " />
		    {checks.value.length} checks pass.</p> :
		    <ul class="checks-list">{bad.map((c) => <li
		    key={String(c.check)}>
			<Status state={String(c.state)} /> {String(c.says)}
			{c.remedy ? <p class="soft">{String(c.remedy)}</p> : null}
		    </li>)}</ul>}
	</Card>;
}

function GatewayStrip(): VNode | null {
	const { data } = useLoad(async (stop) => (await list("/gateways",
	    {}, stop)).items, [], 3000);

	if (!allowed(op("show gateways")))
		return null;
	return <Card title="Gateways" aside={<Link to="/gateways">All</Link>}>
		{data?.length === 0 ? <Empty title="No gateway yet"><p>
			<Link to="/settings/gateway">Add one</Link> to reach
			phones that know only SMS.</p></Empty> :
		<ul class="rows">{data?.map((g) => <li key={String(g.name)}>
			<Link to={`/gateways/${g.name}`}>{String(g.name)}</Link>
			<Status state={String(g.state)} />
			<span class="n">{String(g.out_rate)}/s out</span>
			<span class="n">{String(g.in_rate)}/s in</span>
			<span class="n">{String(g.in_flight)}/{String(g.window)}
			</span></li>)}</ul>}
	</Card>;
}

export function Dashboard(): VNode {
	const f = useFigures();

	return <>
		<Head title="Dashboard" about="The last ten minutes, second by
		second. A dashed line is a change of the configuration." />
		{!f ? <Busy what="Waiting for the first figures" /> : <>
			<Tiles f={f} />
			<div class="two">
				<GatewayStrip />
				<Attention />
			</div>
			<Charts f={f} />
		</>}
	</>;
}
