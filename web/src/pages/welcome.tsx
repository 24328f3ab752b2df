// welcome.tsx - the first steps after the first administrator: settings are
// his draft, so that he may leave and come back; the rest is done at once.

import type { ComponentChildren, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

import { list, session } from "../lib/api";
import { changes, inForce, running } from "../lib/draft";
import { t } from "../lib/lang";
import { allowed, op, titleOf, type Op } from "../lib/meta";
import { Link, place, query } from "../lib/router";
import { leftAt } from "../lib/steps";
import { Busy, Card, Fault, Head, Notice, toast, useLoad } from "../ui/bits";
import { OpForm } from "../ui/form";
import { instancesOf, Instance, NewInstance, rowsOf } from "./config";
import { Enrol } from "./factor";
import { FirstCertificate } from "./firstcert";
import { version } from "./lists";

interface Step {
	id: string;
	title: string;
	says: string;
	section?: string;	// its settings
	op?: string;		// or one operation
	Own?: () => VNode;	// or something of its own
}

const STEPS: Step[] = [
	{ id: "factor", title: t("Your account"), Own: Factor,
	  says: t("A second factor makes a stolen password useless. Whoever " +
	    "may change everything should have one.") },
	{ id: "site", title: t("Site"), section: "site",
	  says: t("The domain of your subscribers' addresses, and the " +
	    "country whose numbers may be written without a prefix.") },
	{ id: "network", title: t("Network"), section: "listener",
	  says: t("Where phones reach this daemon: an address and a " +
	    "transport for each.") },
	{ id: "console", title: t("Console"), section: "admin",
	  says: t("Where this console listens. A change of it can cut you " +
	    "off, so it is undone unless you keep it.") },
	{ id: "certificate", title: t("Certificate"), Own: FirstCertificate,
	  says: t("What the console shows to browsers, so that they know " +
	    "whom they talk to.") },
	{ id: "people", title: t("People"), op: "subscriber add",
	  says: t("Two test subscribers are enough to begin with; a CSV file " +
	    "can come later, under Import.") },
	{ id: "gateway", title: t("Gateway"), section: "gateway",
	  says: t("The link to a short message centre, for phones that know " +
	    "only SMS. It can wait.") },
	{ id: "route", title: t("Route"), section: "route",
	  says: t("Which numbers go through which gateway.") },
	{ id: "privacy", title: t("Privacy"), section: "trace",
	  says: t("How long traces of messages are kept. They never hold " +
	    "texts.") },
];

function Factor(): VNode {
	const [begun, setBegun] = useState(false);
	const on = session.value?.totp === true;

	// its recovery codes are still to be read
	if (begun)
		return <Enrol done={() => setBegun(false)}
		    cancel={() => setBegun(false)} />;
	return on ? <Notice tone="good"><p>{t("A code of your authenticator " +
	    "is asked for when you sign in.")}</p></Notice> :
	    <div class="buttons"><button type="button" onClick={() =>
	    setBegun(true)}>{t("Set up an authenticator")}</button></div>;
}

function Settings({ section }: { section: string }): VNode {
	const [adding, setAdding] = useState(false);
	const now = useLoad((stop) => running(section, true, stop),
	    [section, inForce.value]);
	const named = rowsOf(section)[0]?.named;

	if (now.error)
		return <Fault error={now.error} again={now.again} />;
	if (!now.data)
		return <Busy />;
	if (!named)
		return <Instance bare section={section} now={now.data}
		    key={`${section} ${inForce.value}`} />;
	return <>
		{instancesOf(section, now.data.keys()).map((n) => <details open
		    key={n} class="fold"><summary><h3>{n}</h3></summary>
			<Instance bare section={section} name={n} now={now.data!}
			    key={inForce.value} /></details>)}
		<p><button type="button" onClick={() => setAdding(true)}>{t(
		    "Add: {what}",
		    { what: section })}</button></p>
		{adding && <NewInstance section={section} stay
		    close={() => setAdding(false)} />}
	</>;
}

function Do({ of, again }: { of: Op; again: number }): VNode {
	const [n, setN] = useState(again);

	return <OpForm op={of} key={n} done={() => {
		toast(t("{what}: done. You can add another.", {
		    what: titleOf(of) }));
		setN(n + 1);
		version.value++;
	}} />;
}

/* What is there already, in force or staged: the same from any browser. */
function useDone(): Set<string> {
	const people = op("show subscribers");
	const there = useLoad(async (stop) => ({
		paths: [...(await running("", false, stop)).keys()],
		people: allowed(people) && (await list("/subscribers",
		    { limit: "1" }, stop)).items.length > 0,
		certificate: allowed(op("certificate uses")) &&
		    (await list("/tls/uses", {}, stop)).items.some((u) =>
		    u.use === "console" && u.source !== "own"),
	}), [inForce.value, version.value]);
	const paths = [...there.data?.paths ?? [], ...changes.value.filter(
	    (c) => c.value !== null).map((c) => c.path)];
	const done = new Set(STEPS.filter((s) => s.section && paths.some((p) =>
	    p.startsWith(s.section + " "))).map((s) => s.id));

	if (session.value?.totp)
		done.add("factor");
	if (there.data?.people)
		done.add("people");
	if (there.data?.certificate)
		done.add("certificate");
	return done;
}

function Bar({ at, done, children }: { at: number; done: Set<string>;
    children?: ComponentChildren }): VNode {
	return <ol class="steps">{STEPS.map((s, i) => <li key={s.id}
	    class={i === at ? "on" : ""}><Link to={`/welcome?step=${s.id}`}
	    aria-current={i === at ? "step" :
	    undefined}>{i + 1} {s.title}{done.has(s.id) && <>
		{" "}<span aria-hidden="true">✓</span><span class="hidden">{t(
		"there")}</span></>}</Link>
	</li>)}{children}</ol>;
}

export function Welcome(): VNode {
	const wanted = place.value.query.get("step") ?? leftAt.value;
	const at = Math.max(0, STEPS.findIndex((s) => s.id === wanted));
	const step = STEPS[at], next = STEPS[at + 1];
	const of = step.op ? op(step.op) : undefined;
	const done = useDone();

	useEffect(() => { leftAt.value = step.id; }, [step.id]);
	return <>
		<Head title={t("First steps")} about={t("Settings wait in your " +
		    "draft until the last step; the rest is done at once. You " +
		    "may leave at any time: the dashboard leads back here.")} />
		<Bar at={at} done={done}><li><Link to="/draft">{STEPS.length + 1}
		    {" "}{t("Review")}</Link>
		</li></Bar>
		<Card title={step.title}>
			<p class="soft">{step.says}</p>
			{step.section && <Settings section={step.section}
			    key={step.id} />}
			{step.Own && <step.Own key={step.id} />}
			{of && allowed(of) &&
			    <Do of={of} again={0} key={step.id} />}
			<div class="buttons wizard">
				{at > 0 && <button type="button" onClick={() =>
				    query({ step: STEPS[at - 1].id,
				    how: undefined })}>{t("Back")}</button>}
				<Link class="button main" to={next ?
				    `/welcome?step=${next.id}` : "/draft"}
				    onClickCapture={() => {
					if (!next)
						leftAt.value = "";
				    }}>{next ? t("Next: {step}",
				    { step: next.title }) :
				    t("Review and commit")}</Link>
			</div>
		</Card>
	</>;
}
