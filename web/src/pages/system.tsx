// system.tsx - health and about.

import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

import { get, list, type Row } from "../lib/api";
import { askChecks, checks } from "../lib/live";
import { operations, schema } from "../lib/meta";
import { seconds, time, words } from "../lib/format";
import { t, tx } from "../lib/lang";
import { Card, Copy, Facts, Head, Said, Status, useLoad } from "../ui/bits";

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
		<Head title={t("Health")} about={t("The same checks as " +
		    "\"parley health\". Last run at {time}.", {
		    time: time(asked) })}>
			<button type="button" onClick={now}>{t(
			    "Run now")}</button>
		</Head>
		<ul class="health">{sorted.map((c) => <li key={String(c.check)}
		    class={`card ${c.state}`}>
			<Status state={String(c.state)} />
			<div><h2>{words(String(c.check))}</h2>
				<p><Said text={c.says} /></p>
				{c.remedy ? <p class="remedy"><b>{t(
				    "What to do:")}</b>
				    {" "}<Said text={c.remedy} /></p> : null}
			</div></li>)}</ul>
	</>;
}

export function About(): VNode {
	const stats = useLoad(async (stop) => (await list("/stats", {},
	    stop)).items, []);
	const metric = (name: string) => stats.data?.find((m) =>
	    m.name === name);
	const started = Number(metric("process_start_time_seconds")?.value ?? 0);
		const api = useLoad((stop) => get("/openapi.json", {}, stop),
		    []);
	const version = (api.data?.info as Row | undefined)?.version;


	return <>
		<Head title={t("About")} />
		<div class="two">
			<Card title={t("Parley")}><Facts rows={[
				[t("Version"), String(version ?? "–")],
				[t("Up for"), started ?
				    seconds(Date.now() / 1000 -
				    started) : "–"],
				[t("Operations"), String(
				    operations.value.length)],
				[t("Settings"), String(schema.value.length)],
				["API", <code>/api/v1</code>],
				[t("Metrics"), <><code>/metrics</code> <Copy
				    text={`${location.origin}/metrics`} /></>],
			]} /></Card>
			<Card title={t("Made with")}><p>{tx(
			    "The console contains " +
			    "Preact, its signals, and uPlot. {licences}.", {
			    licences: <a href="/assets/third-party.txt">{t(
			    "Their licences")}</a> })}</p><p>{t(
			    "It asks nobody but this " +
			    "daemon for anything, and sends nothing " +
			    "anywhere.")}</p></Card>
		</div>
	</>;
}
