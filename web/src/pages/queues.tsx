// queues.tsx - what waits to be handed over; try again, hold, purge.

import type { VNode } from "preact";
import { useState } from "preact/hooks";

import { sentence, type Row } from "../lib/api";
import { count, seconds, time, words } from "../lib/format";
import { many, t, tx } from "../lib/lang";
import { allowed, op, run, shellLine, type Op, type Values }
    from "../lib/meta";
import { go } from "../lib/router";
import { Dialog, Empty, Facts, Notice, Shell, Status, Time, toast, Value,
    type Item } from "../ui/bits";
import { Field, fieldOfArg } from "../ui/field";
import { ListPage, version } from "./lists";
import { Works } from "./works";

const nameOf = (r: Row) => String(r.queue);

/* An address or the name of a gateway, as Messages filters by it. */
const messagesOf = (queue: string) => `/messages?` + new URLSearchParams(
    /^(tel|sip|sips):/.test(queue) ? { to: queue } : { gateway: queue });

function Held({ r }: { r: Row }): VNode {
	return r.held ? <span><Status state="held" /> <span class="soft">{tx(
	    "by {who}", { who: String(r.held_by) })}{r.held_until ? <> {tx(
	    "until {when}", { when: <Time at={r.held_until} /> })}</> : null}
	    {r.held_reason ? ` “${r.held_reason}”` : ""}</span></span> :
	    <span class="soft">–</span>;
}

/* What would go, counted; then gone, once its name is typed. */
function Purge({ op: o, queue, close }: { op: Op; queue: string;
    close: () => void }): VNode {
	const [texts, setTexts] = useState<Record<string, string>>({});
	const [found, setFound] = useState<Row | null>(null);
	const [typed, setTyped] = useState("");
	const [error, setError] = useState<unknown>(null);
	const [working, setWorking] = useState(false);
	const args = o.args.filter((a) => a.name !== "queue" &&
	    a.name !== "expect" && a.name !== "upto");
	const matching = Number(found?.matching ?? 0);
	const values: Values = { queue, ...texts,
	    expect: found ? String(matching) : undefined,
	    upto: found?.upto ? String(found.upto) : undefined };

	async function submit(e: Event) {
		e.preventDefault();
		setWorking(true);
		setError(null);
		try {
			const { data } = await run(o, values);

			if (data.state === "preview") {
				setFound(data);
			} else {
				toast(t("The purge of {queue} has begun.",
				    { queue }));
				version.value++;
				close();
			}
		} catch (e) {
			// another count by now: look again
			setFound(null);
			setTyped("");
			setError(e);
		}
		setWorking(false);
	}
	return <Dialog title={t("Purge {queue}", { queue })} close={close}>
		<form class="form" onSubmit={submit}>
			<p class="soft">{t(
			    "Messages that wait here are given up: they " +
			    "fail, and their senders are told where they asked for " +
			    "it. What is under way is left alone.")}</p>
			<details class="more"><summary>{t(
			    "Only some of them")}</summary>
			{args.map((a) => <Field key={a.name} row={{
			    ...fieldOfArg(a), required: false, hint: t("any") }}
			    value={texts[a.name] ?? ""} set={(v) => {
				setTexts({ ...texts, [a.name]: v });
				setFound(null);
			    }} />)}</details>
			{found && <div role="status"><Notice tone={matching ?
			    "warn" :
			    "info"}><p><b>{many(matching,
				"{n} message would be given up.",
				"{n} messages would be given up.")}</b>{" "}
				{matching > 0 && found.oldest ? t(
				    "From {oldest} to " +
				    "{newest}.", { oldest: time(String(
				    found.oldest)),
				    newest: time(String(found.newest)) }) :
				    null}</p>
			</Notice></div>}
			{found && matching > 0 && <Field row={{ name: "sure",
			    kind: "text", required: true, label:
			    t("Type {name} to go on", { name: queue }),
			    help: t(
			    "this cannot be taken back") }} value={typed}
			    set={setTyped} />}
			{error !== null && <Notice tone="bad"><p role="alert">{
			    sentence(error)}</p></Notice>}
			<Shell line={shellLine(o, { ...values,
			    upto: undefined })} />
			<div class="buttons">
				{!found ?
				    <button class="main" disabled={working}>{t(
				    "Count what would go")}</button> : <button
				    class="danger" disabled={working ||
				    !matching ||
				    typed !== queue}>{many(matching,
				    "Purge {n} message", "Purge {n} messages")}
				    </button>}
				<button type="button" onClick={close}>{t(
				    "Cancel")}
				</button>
			</div>
		</form>
	</Dialog>;
}

export function Queues(): VNode {
	const [purging, setPurging] = useState<string | null>(null);
	const purge = op("queue purge");
	const extra = (r: Row): Item[] => [
		{ label: t("Its messages"), act: () =>
		    go(messagesOf(nameOf(r))) },
		...allowed(purge) ? [{ label: t("Purge …"), danger: true,
		    help: t("give up what waits here"),
		    act: () => setPurging(nameOf(r)) }] : [],
	];

	return <>
		<ListPage title={t("Queues")} about={t(
		    "What waits to be handed " +
		    "over, by way out.")} command="show queues" path="/queues"
		    id={nameOf} ids={(r) => ({ queue: nameOf(r) })}
		    everyMs={3000} topic="queues" extra={extra}
		    fits={(o, r) => o.command !== "queue purge" && !(r.held ?
			/ hold$/ : / release$/).test(o.command)}
		    columns={[{ name: "queue", label: t("To") },
			{ name: "waiting", numeric: true, fact: true },
			{ name: "oldest" },
			{ name: "age", label: t("Age of the oldest"),
			  numeric: true, fact: true,
			  render: (r) => r.waiting ? seconds(Number(r.age)) :
			      "–" },
			{ name: "held", label: t("Held"), fact: true,
			    wrap: true,
			  render: (r) => <Held r={r} /> },
			...["held_by", "held_since", "held_until",
			    "held_reason"]
			    .map((name) => ({ name, hidden: true })),
		    ]} drawer={(r) => <Facts rows={Object.entries(r).map(
			([n, v]) => [n === "queue" ? t("To") : words(n),
			n === "waiting" ? count(Number(v)) :
			<Value name={n} value={v} />])} />}
		    empty={<Empty title={t("Nothing waits")}><p>{t(
		    "Every message " +
			"has been handed over.")}</p></Empty>} />
		<Works kinds={["queue-retry", "queue-purge"]}
		    title={t("Last works on queues")} />
		{purging !== null && purge && <Purge op={purge} queue={purging}
		    close={() => setPurging(null)} />}
	</>;
}
