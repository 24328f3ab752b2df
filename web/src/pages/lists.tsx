// lists.tsx - the pages that are a list: each is a small table of columns.

import type { ComponentChildren, VNode } from "preact";
import { useState } from "preact/hooks";

import { signal } from "@preact/signals";

import type { Row } from "../lib/api";
import { address, bytes, local } from "../lib/format";
import { actionsOf, allowed, initialOf, op, titleOf, type Op,
    type Values } from "../lib/meta";
import { go, Link, place, query } from "../lib/router";
import { Copy, Dialog, Empty, Head, Notice, Status, toast, type Item }
    from "../ui/bits";
import { doNow, OpDialog, reversible } from "../ui/form";
import { Icon } from "../ui/icons";
import { Table, type Column } from "../ui/table";
import { words } from "../lib/format";
import { t, term, tx } from "../lib/lang";

/* --- the page of a list ---------------------------------------------------- */

export interface Listing {
	title: string;
	about: string;
	command: string;	// the operation that lists
	path: string;		// the list
	under?: string;		// where operations on one row are, if not there
	id: (r: Row) => string;
	ids?: (r: Row) => Values;	// arguments that a row gives
	to?: (r: Row) => string | undefined;
	columns: Column[];
	everyMs?: number;
	topic?: string;
	empty: ComponentChildren;
	fixed?: Record<string, string>;
	extra?: (r: Row) => Item[];
	fits?: (o: Op, r: Row) => boolean;	// of the operations on a row
	drawer?: (r: Row) => ComponentChildren;
	create?: string[];	// more operations for the head
		height?: string;
	more?: ComponentChildren;	// beside the buttons of the head
}

interface Asked {
	op: Op;
	fixed: Values;
	about?: string;
	initial?: Values;
}

const lastWord = (o: Op) => o.command.split(" ").pop()!;

/* The operations that a row's own values satisfy, as a menu. */
export function itemsOf(ops: Op[], ids: Values, about: string, row: Row,
    ask: (a: Asked) => void, done: () => void): Item[] {
	return ops.filter(allowed).filter((o) => [...o.path.matchAll(
	    /\{([^}]+)\}/g)].every(([, n]) => n in ids)).map((o) => ({
		label: words(lastWord(o)), help: o.help,
		danger: o.method === "DELETE",
		act: () => reversible(o) && !o.args.some((a) => a.required &&
		    !(a.name in ids)) ? void doNow(o, ids, about, done) :
		    ask({ op: o, fixed: ids, about,
		    initial: o.method === "PATCH" ?
			initialOf(o, row) : undefined }),
	}));
}

/* Lists ask again when it goes up. */
export const version = signal(0);

export function ListPage(l: Listing): VNode {
	const [asked, ask] = useState<Asked | null>(null);
	const [once, setOnce] = useState("");
	const listOp = op(l.command);
	const actions = actionsOf(l.under ?? l.path);
	const again = () => { version.value++; };
	const create = [...l.under ? [] : actions.create,
	    ...(l.create ?? []).map(op).filter((o) => o !== undefined)]
	    .filter(allowed);
	const wants = place.value.query.get("do");
	const wanted = wants ? create.find((o) => o.command === wants) :
	    undefined;

	return <>
		<Head title={l.title} about={l.about}>
			{l.more}
			{create.map((o, i) => <button type="button"
			    key={o.command} class={i ? "" : "main"}
			    onClick={() => query({ do: o.command })}>
				<Icon name="plus" /> {titleOf(o)}</button>)}
		</Head>
		<Table path={l.path} op={listOp} columns={l.columns} id={l.id}
		    to={l.to} empty={l.empty} everyMs={l.everyMs} topic={l.topic}
		    version={version.value} fixed={l.fixed} caption={l.title}
		    height={l.height} drawer={l.drawer}
		    items={actions.row.some(allowed) || l.extra ? (r) => [
			...l.extra?.(r) ?? [],
			...itemsOf(actions.row.filter((o) => l.fits?.(o,
			    r) ?? true),
			    l.ids?.(r) ?? {}, l.id(r), r,
			    ask,
			    again)] : undefined} />
		{asked && <OpDialog {...asked} close={() => ask(null)}
		    done={() => {
			toast(t("{what}: done.", { what: titleOf(asked.op) }));
			again();
		    }} />}
		{wanted && <OpDialog op={wanted}
		    close={() => query({ do: undefined })} done={(a) => {
			toast(t("{what}: done.", { what: titleOf(wanted) }));
			if (typeof a.token === "string")
				setOnce(a.token);
			again();
		    }} />}
		{once && <Dialog title={t("Keep this")} close={() =>
		    setOnce("")}>
			<Notice tone="warn"><p>{t("It is shown only now; " +
			    "nobody can read it again.")}</p></Notice>
			<p class="shell"><code>{once}</code><Copy text={once} /></p>
		</Dialog>}
	</>;
}

/* --- the lists ------------------------------------------------------------- */

const at = (page: string, name: unknown) =>
	`/${page}/${encodeURIComponent(String(name))}`;

const add = (command: string, label: string) =>
	<p><button type="button" onClick={() => query({ do: command })}>{label}
	</button></p>;

export const Messages = () => <ListPage title={t("Messages")}
    about={t("Metadata of every message; texts are not shown. Any id works " +
    "in the search (Ctrl-K).")} command="show messages" path="/messages"
    id={(r) => String(r.id)} to={(r) => at("messages", r.id)} everyMs={5000}
    columns={[
	{ name: "time" },
	{ name: "from", fact: true },
	{ name: "to", fact: true },
	{ name: "kind" },
	{ name: "state", fact: true },
	{ name: "reason" },
	{ name: "hop", label: t("By way of") },
	{ name: "tries", numeric: true },
	{ name: "size", numeric: true, render: (r) => bytes(Number(r.size)) },
	{ name: "id", label: t("Message"), hidden: true },
    ]} empty={<Empty title={t("No message yet")}><p>{tx(
	"Send {test}, or register a phone.", { test: <Link
	to="/operations/test%20message">{t(
	    "a test message")}</Link> })}</p></Empty>} />;

export const Spam = () => <ListPage title={t("Spam folder")}
    about={t("What screening kept from its recipients.")} command="spam show"
    path="/spam" id={(r) => String(r.id)} ids={(r) => ({ id: String(r.id) })}
    to={(r) => at("messages", r.id)}
    columns={[{ name: "time" }, { name: "from", fact: true },
	{ name: "to", fact: true }, { name: "reason", fact: true },
	{ name: "id", hidden: true }]}
    empty={<Empty title={t("No spam")}><p>{tx(
	"What {rule} or a limit keeps back is shown here.", { rule: <Link
	to="/screening">{t("a screening rule")}</Link> })}</p></Empty>} />;

export const Subscribers = () => <ListPage title={t("Subscribers")}
    about={t("Who is served here.")} command="show subscribers" path="/subscribers"
    id={(r) => String(r.address)} ids={(r) => ({ address: String(r.address),
	subscriber: String(r.address) })}
    to={(r) => at("subscribers", r.address)}
    create={["subscriber import"]}
    columns={[
	{ name: "address" }, { name: "name", fact: true }, { name: "class" },
	{ name: "state", fact: true }, { name: "aliases" },
	{ name: "password", label: t("Password set") },
    ]} empty={<Empty title={t("No subscriber yet")}>{add("subscriber add",
	t("Add the first one"))}<p>{t("or import a CSV file with the columns " +
	    "address, name, class, password, aliases.")}</p></Empty>} />;

export const Devices = () => <ListPage title={t("Devices")}
    about={t("Every device that ever registered, and whether it is here now.")}
    command="show devices" path="/devices" everyMs={5000}
    topic="registrations"
    under="/subscribers/{subscriber}/devices"
    id={(r) => `${r.subscriber} ${r.name}`}
    ids={(r) => ({ subscriber: String(r.subscriber),
	device: String(r.name) })}
    extra={(r) => [{ label: t("Open the subscriber"), act: () =>
	go(at("subscribers", r.subscriber)) }]}
    columns={[
	{ name: "subscriber" }, { name: "name", fact: true },
	{ name: "online", label: t("State"), fact: true },
	    { name: "transport" },
	{ name: "agent" }, { name: "seen", label: t("Last seen") },
	{ name: "primary" }, { name: "blocked" },
	{ name: "instance", hidden: true },
    ]} empty={<Empty title={t("No device yet")}><p>{t(
    "A device is known from its " +
    "first registration on.")}</p></Empty>} />;

export const Groups = () => <ListPage title={t("Groups")}
    about={t("Pre-defined groups: a message to the address reaches every " +
    "member.")}
    command="show groups" path="/groups" id={(r) => String(r.address)}
    ids={(r) => ({ address: String(r.address), group: String(r.address) })}
    to={(r) => at("groups", r.address)} create={["group import"]}
    columns={[{ name: "address" }, { name: "subject", fact: true },
	{ name: "members", numeric: true, fact: true }, { name: "state" }]}
    empty={<Empty title={t("No group yet")}>{add("group add", t(
    "Add the first one"))}
    </Empty>} />;

export const Gateways = () => <ListPage title={t("Gateways")}
    about={t("Links to other networks.")} command="show gateways" path="/gateways"
    more={allowed(op("configuration draft change")) && <Link class="button main"
    to="/settings/gateway?do=add"><Icon name="plus" /> {t("Add a gateway")}</Link>}
    everyMs={2000} topic="gateways" id={(r) => String(r.name)}
    ids={(r) => ({ name: String(r.name) })}
    to={(r) => at("gateways", r.name)}
    columns={[
	{ name: "name" },
	{ name: "state", fact: true, render: (r) => <><Status
	  state={String(r.state)} /> {Array.isArray(r.overrides) &&
	  (r.overrides as Row[]).map((o) => <span class="badge warn"
	  key={String(o.what)}>{term(String(o.what))} {tx("by {who}", {
	  who: String(o.by) })}</span>)}</> },
	{ name: "kind" }, { name: "network" },
	{ name: "out_rate", label: t("Out/s"), numeric: true, fact: true },
	{ name: "in_rate", label: t("In/s"), numeric: true },
	{ name: "in_flight", label: t("Window"), numeric: true,
	  render: (r) => `${r.in_flight}/${r.window}` },
	{ name: "throttled", numeric: true }, { name: "errors", numeric: true },
	{ name: "since" }, { name: "why", label: t("Says"), wrap: true,
	  render: (r) => local(r.why) },
	{ name: "override", hidden: true }, { name: "overrides", hidden: true },
    ]} empty={<Empty title={t("No gateway yet")}><p>{tx(
	"{add} to reach phones that know only SMS.", { add: <Link
	to="/settings/gateway?do=add">{t("Add one")}</Link> })}</p></Empty>} />;

/* Whose an entry is; nothing: everybody's. */
const ofWhom = (r: Row) => r.of === "site" ? undefined : String(r.of);

function screening(list: string, about: string, none: string): VNode {
	return <ListPage title={t("Screening")} about={about}
	    command={`screening ${list} show`} path={`/screening/${list}`}
	    id={(r) => `${r.of} ${r.pattern}`}
	    ids={(r) => ({ pattern: String(r.pattern),
		subscriber: ofWhom(r) })}
	    columns={[{ name: "pattern" }, { name: "of", label: t("Of"),
		fact: true, render: (r) => ofWhom(r) ?
		address(String(r.of)) : t("everybody") },
		{ name: "effect", fact: true }]}
	    empty={<Empty title={none}>{allowed(op(`screening ${list} add`)) &&
		add(`screening ${list} add`, t(
		    "Add the first one"))}</Empty>} />;
}

export function Screening({ names }: { names: Record<string, string> }):
    VNode {
	const allow = names.list === "allow";

	return <>
		<nav class="tabs" aria-label={t("Screening")}>
			<Link to="/screening" aria-current={allow ? undefined :
			    "page"}>{t("Blocked")}</Link>
			<Link to="/screening/allow" aria-current={allow ?
			    "page" :
			    undefined}>{t("Always allowed")}</Link>
			<Link to="/settings/policy%20screening">{t(
			    "Limits and anonymous senders")}</Link>
		</nav>
		{allow ? screening("allow", t("Senders that no limit and no " +
		    "block keeps away."), t("Nobody is on this list")) :
		    screening("block", t("Senders that nobody here, or one " +
		    "subscriber, wants to hear from."), t("Nobody is blocked"))}
	</>;
}
