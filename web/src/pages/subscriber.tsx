// subscriber.tsx - one subscriber: who it is, its devices, what would happen.

import type { VNode } from "preact";
import { useState } from "preact/hooks";

import { get, list } from "../lib/api";
import { address, words } from "../lib/format";
import { t, tx } from "../lib/lang";
import { actionsOf, allowed, op, run } from "../lib/meta";
import { Link } from "../lib/router";
import { Busy, Card, Empty, Facts, Fault, Head, Menu, Status, toast, useLoad,
    Value } from "../ui/bits";
import { Explained } from "../ui/explained";
import { OpDialog } from "../ui/form";
import { Table } from "../ui/table";
import { Actions, Related, type Asked } from "./actions";
import { itemsOf, version } from "./lists";
import { OwnLists } from "./ownlists";

function IfNow({ to }: { to: string }): VNode | null {
	const o = op("explain");
	const { data, error } = useLoad(async () => {
		const people = (await list("/subscribers",
		    { limit: "5" })).items
		    .map((r) => String(r.address)).filter((a) => a !== to);

		return (await run(o!, { from: people[0] ?? to, to })).data;
	}, [to]);

	if (!allowed(o))
		return null;
	return <Card title={t("If someone sends a message now")} aside={<Link
	    to={`/explain?to=${encodeURIComponent(to)}`}>{t(
	    "What if …")}</Link>}>
		{error ? <Fault error={error} /> : data ? <Explained
		    text={String(data.text ?? "")} /> : <Busy />}
	</Card>;
}

function Devices({ of }: { of: string }): VNode {
	const [asked, ask] = useState<Asked | null>(null);
	const under = "/subscribers/{subscriber}/devices";
	const { data, error, again } = useLoad(async (stop) => (await list(
	    "/devices", { subscriber: of }, stop)).items, [of, version.value],
	    5000);

	return <Card title={t("Devices")}>
		{error ? <Fault error={error} again={again} /> : !data ?
		    <Busy /> :
		    data.length === 0 ? <Empty title={t("No device yet")}><p>{t(
		    "It shows here from its first registration on.")}</p></Empty> :
		<ul class="rows">{data.map((d) => <li key={String(d.name)}>
			<span class="grow"><b>{String(d.name)}</b>
			    {d.primary ? <span class="badge">{t(
			    "primary")}</span> : null}
			    {d.blocked ? <span class="badge">{t(
			    "blocked")}</span> : null}
			    <small class="soft"> {String(d.agent ?? "")}</small>
			</span>
			<Value name="online" value={d.online} />
			<span class="soft">{tx("seen {when}", { when: <Value
			    name="seen" value={d.seen} /> })}</span>
			<Menu label={t("Actions for {name}", {
			    name: String(d.name) })} items={itemsOf(
			    actionsOf(under).row, { subscriber: of,
			    device: String(d.name) }, String(d.name), d, ask,
			    again)} /></li>)}</ul>}
		{asked && <OpDialog {...asked} close={() => ask(null)}
		    done={() => { toast(t("Done.")); again(); }} />}
	</Card>;
}

export function Subscriber({ names }: { names: Record<string,
    string> }): VNode {
	const path = `/subscribers/${encodeURIComponent(names.address)}`;
	const s = useLoad((stop) => get(path, {}, stop), [path, version.value]);
	const d = s.data;

	if (s.error)
		return <><Head title={address(names.address)} back={<Link
		    to="/subscribers">{t("Subscribers")}</Link>} />
		    <Fault error={s.error} again={s.again} /></>;
	if (!d)
		return <Busy />;
	const tel = String(d.address);

	return <>
		<Head back={<Link to="/subscribers">{t("Subscribers")}</Link>}
		    title={<>{String(d.name ||
		    address(tel))} <span class="soft">
		    {d.name ? address(tel) : ""}</span></>}
		    about={<Status state={String(d.state)} />}>
			<Actions path="/subscribers" ids={{ address: tel,
			    subscriber: tel }} about={tel} row={d} done={s.again}
			    gone="/subscribers" />
		</Head>
		<div class="two">
			<Card title={t(
			    "Subscriber")}><Facts rows={Object.entries(d)
			    .filter(([n]) => n !== "state").map(([n, v]) =>
			    [words(n), <Value name={n} value={v} />])} /></Card>
			<Devices of={tel} />
		</div>
		<IfNow to={tel} />
		<div class="two">
			<Related title={t(
			    "Screening")} ids={{ subscriber: tel }}
			    path="/screening/subscribers/{subscriber}"
			    under="/screening/subscribers" />
			<Related title={t("Profiles")} ids={{ subscriber: tel }}
			    path="/subscribers/{subscriber}/profiles"
			    under="/subscribers/{subscriber}/profiles" />
		</div>
		<OwnLists of={tel} />
		<Card title={t("Messages to it")}><Table path="/messages" quiet
		    op={op("show messages")}
		    fixed={{ to: tel }} caption={t(
		    "Messages to it")} height="22rem"
		    id={(r) => String(r.id)} only
		    to={(r) => `/messages/${r.id}`} columns={[
			{ name: "time" }, { name: "from", fact: true },
			{ name: "kind" }, { name: "state", fact: true },
			{ name: "reason" }]} /></Card>
		<Card title={t(
		    "Messages from it")}><Table path="/messages" quiet
		    op={op("show messages")}
		    fixed={{ from: tel }} caption={t(
		    "Messages from it")} height="22rem"
		    id={(r) => String(r.id)} only
		    to={(r) => `/messages/${r.id}`} columns={[
			{ name: "time" }, { name: "to", fact: true },
			{ name: "kind" }, { name: "state", fact: true },
			{ name: "reason" }]} /></Card>
	</>;
}
