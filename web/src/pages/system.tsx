// system.tsx - health and about.

import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

import { list } from "../lib/api";
import { askChecks, checks } from "../lib/live";
import { operations, schema } from "../lib/meta";
import { seconds, words } from "../lib/format";
import { Card, Copy, Facts, Head, Status, useLoad } from "../ui/bits";

const ORDER = ["critical", "warn", "ok"];

export function Health(): VNode {
	const [asked, setAsked] = useState(Date.now());
	const sorted = [...checks.value].sort((a, b) =>
	    ORDER.indexOf(String(a.state)) - ORDER.indexOf(String(b.state)));

	async function now() {
		await askChecks();
		setAsked(Date.now());
	}
	useEffect(() => { void now(); }, []);
	return <>
		<Head title="Health" about={`The same checks as "parley health". ` +
		    `Last run at ${new Date(asked).toLocaleTimeString()}.`}>
			<button type="button" onClick={now}>Run now</button>
		</Head>
		<ul class="health">{sorted.map((c) => <li key={String(c.check)}
		    class={`card ${c.state}`}>
			<Status state={String(c.state)} />
			<div><h2>{words(String(c.check))}</h2>
				<p>{String(c.says)}</p>
				{c.remedy ? <p class="remedy"><b>What to do:</b>
				    {" "}{String(c.remedy)}</p> : null}
			</div></li>)}</ul>
	</>;
}

export function About(): VNode {
	const stats = useLoad(async (stop) => (await list("/stats", {},
	    stop)).items, []);
	const metric = (name: string) => stats.data?.find((m) => m.name === name);
	const started = Number(metric("process_start_time_seconds")?.value ?? 0);
	const version = /version="([^"]*)"/.exec(String(metric(
	    "parley_build_info")?.labels ?? ""))?.[1];

	return <>
		<Head title="About" />
		<div class="two">
			<Card title="Parley"><Facts rows={[
				["Version", version ?? "see parley version"],
				["Up for", started ? seconds(Date.now() / 1000 -
				    started) : "–"],
				["Operations", String(operations.value.length)],
				["Settings", String(schema.value.length)],
				["API", <code>/api/v1</code>],
				["Metrics", <><code>/metrics</code> <Copy
				    text={`${location.origin}/metrics`} /></>],
			]} /></Card>
			<Card title="Made with"><p>The console contains Preact, its
			signals, and uPlot. <a href="/assets/third-party.txt">Their
			licences</a>.</p><p>It asks nobody but this daemon for
			anything, and sends nothing anywhere.</p></Card>
		</div>
	</>;
}
