// system.tsx - health and about.

import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

import { get, list, sentence, type Row } from "../lib/api";
import { askChecks, checks } from "../lib/live";
import { allowed, op, operations, run, schema } from "../lib/meta";
import { Link } from "../lib/router";
import { NAV, visible } from "../nav";
import { seconds, time, words } from "../lib/format";
import { t, tx } from "../lib/lang";
import { Busy, Card, Copy, Facts, Fault, Head, Said, Status, Time, toast,
    useLoad, Value } from "../ui/bits";

const ORDER = ["critical", "warn", "ok"];

/* Where what a check complains of is put right. */
const PLACES: Record<string, string> = {
	gateways: "/gateways", routes: "/routes", backlog: "/queues",
	operated: "/gateways", "sip-listeners": "/listeners",
	certificates: "/certificates", console: "/listeners",
	"second-factor": "/account", backup: "/backups", audit: "/audit",
	charging: "/charging", configuration: "/history", review: "/settings",
	trace: "/settings/trace", links: "/settings/link",
	lookup: "/settings/lookup", xcap: "/settings/xcap",
};

/* Its place, called as the navigation calls it. */
function Place({ check }: { check: string }): VNode | null {
	const to = PLACES[check];
	const page = NAV.flatMap((g) => g.pages).find((p) => p.to === to);

	return !to || page && !visible(page) ? null : <>{" → "}<Link to={to}>{
	    page?.title ?? (to === "/account" ? t("Your account") :
	    t("Settings"))}</Link></>;
}

export function Health(): VNode {
	const [asked, setAsked] = useState(Date.now());
	const [working, setWorking] = useState(false);
	const again = op("health run");
	const sorted = [...checks.value].sort((a, b) =>
	    ORDER.indexOf(String(a.state)) - ORDER.indexOf(String(b.state)));

	async function now(afresh: boolean) {
		setWorking(afresh);
		try {
			if (afresh && allowed(again))
				await run(again!, {});
		} catch (e) {
			toast(sentence(e), true);
		}
		await askChecks();
		setAsked(Date.now());
		setWorking(false);
	}
	useEffect(() => { void now(false); }, []);
	return <>
		<Head title={t("Health")} about={t("The same checks as " +
		    "\"parley health\". Last run at {time}.", {
		    time: time(asked) })}>
			<button type="button" disabled={working}
			    onClick={() => now(true)}>{working ?
			    t("Working …") : t("Run now")}</button>
		</Head>
		<ul class="health">{sorted.map((c) => <li key={String(c.check)}
		    class={`card ${c.state}`}>
			<Status state={String(c.state)} />
			<div><h2>{words(String(c.check))}</h2>
				<p><Said text={c.says} />{c.since && c.state !==
				    "ok" ? <span class="soft"> {tx("since {when}",
				    { when: <Time at={c.since} /> })}</span> :
				    null}</p>
				{c.remedy ? <p class="remedy"><b>{t(
				    "What to do:")}</b>
				    {" "}<Said text={c.remedy} />
				    <Place check={String(c.check)} /></p> : null}
			</div></li>)}</ul>
	</>;
}

/* What the daemon says of itself and the machine under it. */
function System(): VNode | null {
	const of = op("show system");
	const may = allowed(of);
	const { data, error, again } = useLoad(async (stop) => may ?
	    await get(of!.path, {}, stop) : null, [may]);

	if (!may)
		return null;
	return <Card title={t("System")}>{error ? <Fault error={error}
	    again={again} /> : !data ? <Busy /> : <Facts
	    rows={Object.entries(data).map(([n, v]) => [words(n),
	    <Value name={n} value={v} />])} />}</Card>;
}

export function About(): VNode {
	const stats = useLoad(async (stop) => (await list("/stats", {},
	    stop)).items, []);
	const metric = (name: string) => stats.data?.find((m) =>
	    m.name === name);
	const started = Number(metric("process_start_time_seconds")?.value ?? 0);
	const api = useLoad((stop) => get("/openapi.json", {}, stop), []);
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
			<System />
		</div>
	</>;
}
