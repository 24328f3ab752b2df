// welcome.tsx - the first steps after the first administrator: settings are
// his draft, so that he may leave and come back; people are added at once.

import type { ComponentChildren, VNode } from "preact";

import { inForce, running } from "../lib/draft";
import { t, tx } from "../lib/lang";
import { allowed, op, titleOf, type Op } from "../lib/meta";
import { Link, place, query } from "../lib/router";
import { Busy, Card, Fault, Head, toast, useLoad } from "../ui/bits";
import { OpForm } from "../ui/form";
import { instancesOf, Instance, NewInstance, rowsOf } from "./config";
import { useState } from "preact/hooks";

interface Step {
	id: string;
	title: string;
	says: string;
	section?: string;	// its settings
	op?: string;		// or one operation
}

const STEPS: Step[] = [
	{ id: "site", title: t("Site"), section: "site",
	  says: t("The domain of your subscribers' addresses, and the " +
	    "country whose numbers may be written without a prefix.") },
	{ id: "network", title: t("Network"), section: "listener",
	  says: t("Where phones reach this daemon: an address and a " +
	    "transport for each.") },
	{ id: "console", title: t("Console"), section: "admin",
	  says: t("Where this console listens. A change of it can cut you " +
	    "off, so it is undone unless you keep it.") },
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
	}} />;
}

function Bar({ at, children }: { at: number; children?: ComponentChildren }):
    VNode {
	return <ol class="steps">{STEPS.map((s, i) => <li key={s.id}
	    class={i === at ? "on" : ""}><Link to={`/welcome?step=${s.id}`}
	    aria-current={i === at ? "step" :
	    undefined}>{i + 1} {s.title}</Link>
	</li>)}{children}</ol>;
}

export function Welcome(): VNode {
	const wanted = place.value.query.get("step");
	const at = Math.max(0, STEPS.findIndex((s) => s.id === wanted));
	const step = STEPS[at], next = STEPS[at + 1];
	const of = step.op ? op(step.op) : undefined;

	return <>
		<Head title={t("First steps")} about={t("Settings wait in your " +
		    "draft until the last step; subscribers are added at " +
		    "once. You may leave at any time: your draft waits.")} />
		<Bar at={at}><li><Link to="/draft">{STEPS.length + 1}
		    {" "}{t("Review")}</Link>
		</li></Bar>
		<Card title={step.title}>
			<p class="soft">{step.says}</p>
			{step.section && <Settings section={step.section}
			    key={step.id} />}
			{of && allowed(of) &&
			    <Do of={of} again={0} key={step.id} />}
			{!next && <p>{tx("Afterwards: a {certificate} that " +
			    "browsers and phones trust, and a {factor} for " +
			    "your account.", {
				certificate: <Link to="/certificates">{t(
				    "certificate")}</Link>,
				factor: <Link to="/account">{t(
				    "second factor")}</Link> })}</p>}
			<div class="buttons">
				{at > 0 && <button type="button" onClick={() =>
				    query({
				    step: STEPS[at - 1].id })}>{t(
				    "Back")}</button>}
				<Link class="button main" to={next ?
				    `/welcome?step=${next.id}` :
				    "/draft"}>{next ?
				    t("Next: {step}", { step: next.title }) :
				    t("Review and commit")}</Link>
			</div>
		</Card>
	</>;
}
