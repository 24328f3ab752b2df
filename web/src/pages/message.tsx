// message.tsx - one message: what became of it, and the way it went.

import type { VNode } from "preact";

import { get, list, type Row } from "../lib/api";
import { address, bytes, local, words } from "../lib/format";
import { t, tx } from "../lib/lang";
import { allowed, op } from "../lib/meta";
import { Link } from "../lib/router";
import { Busy, Card, Copy, Empty, Facts, Fault, Head, Status, Time, useLoad,
    Value } from "../ui/bits";
import { Ladder } from "../ui/ladder";
import { Actions } from "./actions";
import { Content } from "./content";


/* Still on its way: ask again. */
const MOVING = new Set(["ready", "held", "sending", "sent"]);
const WAITING = new Set(["ready", "held"]);

function Legs({ legs }: { legs: Row[] }): VNode {
	return <div class="scroll" tabIndex={0} role="group"
	    aria-label={t("Table of deliveries")}><table class="legs">
		<caption class="hidden">{t("Deliveries")}</caption>
		<thead><tr>{[t("Recipient"), t("State"), t("By"), t("Way"),
		    t("Tries"), t("Reason"), t("Next try"), t(
		    "Expires")].map((h) => <th scope="col" key={h}>{h}
		    </th>)}</tr></thead>
		<tbody>{legs.map((l) => <tr key={String(l.leg)}>
			<td><Value name="recipient" value={l.recipient} /></td>
			<td><Status state={String(l.state)} />
				{l.says ?
				    <small class="soft" lang="en">{" "}
				    {local(l.says)}</small> : null}</td>
			<td>{String(l.port)}</td>
			<td><Value name="hop" value={l.hop} /></td>
			<td class="n">{String(l.tries)}</td>
			<td>{String(l.reason)}</td>
			<td><Time at={l.due} /></td>
			<td><Time at={l.expires} /></td>
		</tr>)}</tbody></table></div>;
}

export function Message({ names }: { names: Record<string, string> }): VNode {
	const path = `/messages/${encodeURIComponent(names.id)}`;
	const m = useLoad((stop) => get(path, {}, stop), [path]);
	const legs = (m.data?.legs ?? []) as Row[];
	const moving = legs.some((l) => MOVING.has(String(l.state)));
	const trace = useLoad((stop) => list(`${path}/trace`, {}, stop), [path],
	    moving ? 2000 : 0, moving ? `trace:${names.id}` : undefined);

	if (m.error)
		return <><Head title={t(
		    "Message")} back={<Link to="/messages">{t(
		    "Messages")}
		</Link>} /><Fault error={m.error} again={m.again} /></>;
	if (!m.data)
		return <Busy />;
	const d = m.data;
	const explain = `/explain?from=${encodeURIComponent(String(d.from))}` +
	    `&to=${encodeURIComponent(String(d.to))}`;

	return <>
		<Head back={<Link to="/messages">{t("Messages")}</Link>}
		    title={<>{words(String(d.kind))} <span class="soft">
		    {address(String(d.from))} → {address(String(
		    d.to))}</span></>}
		    about={<><code>{names.id}</code> <Copy text={names.id}
		    label={t("Copy the message id")} /></>}>
			{allowed(op("explain")) && <Link to={explain}
			    class="button">{t("Why this way")}</Link>}
			{legs.some((l) => WAITING.has(String(l.state))) &&
			    <Actions
			    path="/messages" ids={{ id: names.id }}
			    about={names.id} row={d} gone="/messages"
			    done={() => { m.again(); trace.again(); }} />}
		</Head>
		<Card title={t("Deliveries")}><Legs legs={legs} /></Card>
		<Card title={t("Its way")}>
			{trace.error ? <Fault error={trace.error}
			    again={trace.again} /> : !trace.data ? <Busy /> :
			    trace.data.items.length === 0 ? <Empty
			    title={t("No trace of it")}>
				<p>{tx(
				    "Traces are kept for a while only, and not " +
				    "at all if {tracing} is off.", { tracing:
				    <Link to="/settings/trace">{t(
				    "tracing")}</Link>
				})}</p></Empty> :
			    <Ladder rows={trace.data.items} id={names.id}
				text={async () => String((await get(
				`${path}/trace`,
				    { ladder: "on" })).text ?? "")} />}
		</Card>
		<Content id={names.id} />
		<Card title={t(
		    "Its ids and facts")}><Facts rows={Object.entries(d)
		    .filter(([n]) => n !== "legs").map(([n, v]) => [words(n),
		    n === "size" ? bytes(Number(v)) : n ===
		    "report_of" && v ? <Link to={`/messages/${v}`}>{String(v)}
		    </Link> : <Value name={n} value={v} />])} /></Card>
	</>;
}
