// security.tsx - who may administer: people, tokens, sessions; one's own account.

import type { VNode } from "preact";
import { useState } from "preact/hooks";

import { list, sentence, session, type Row } from "../lib/api";
import { t, tx } from "../lib/lang";
import { seconds } from "../lib/format";
import { allowed, op, opAt, run } from "../lib/meta";
import { signOut } from "../lib/session";
import { Link } from "../lib/router";
import { Busy, Card, Dialog, Empty, Facts, Fault, Head, toast, useLoad, Value }
    from "../ui/bits";
import { OpForm } from "../ui/form";
import { Grants } from "./content";
import { Enrol } from "./factor";
import { ListPage } from "./lists";

/* "Mozilla/5.0 (X11; Linux …) … Firefox/133.0" as people say it. */
function browser(agent: string): string {
	const name = /(Edg|OPR|Firefox|Chrome|Safari)[a-z]*\/(\d+)/.exec(agent);
	const on = /Windows|Android|iPhone|iPad|Mac OS|Linux/.exec(agent);

	return !name ? agent : [name[1] === "Edg" ? "Edge" : name[1] === "OPR" ?
	    "Opera" : name[1], name[2], on && `(${on[0]})`].filter(Boolean)
	    .join(" ");
}

/* --- people, tokens, sessions --------------------------------------------------------- */

const TABS: [string, string][] = [["", t("People")],
    ["tokens", t("Tokens")], ["sessions", t("Sessions")],
    ["roles", t("Roles")], ["grants", t("Reading")]];

const NEEDS: Record<string, string> = { grants: "content grants",
    tokens: "show tokens", sessions: "show admin-sessions" };

function Tabs({ at }: { at: string }): VNode {
	return <nav class="tabs" aria-label={t("Administrators")}>{TABS.filter(
	    ([id]) => !NEEDS[id] || allowed(op(NEEDS[id]))).map(
	    ([id, title]) => <Link key={id} to={`/admins${id ? "/" + id : ""}`}
	    aria-current={id === at ? "page" :
	    undefined}>{title}</Link>)}</nav>;
}

const People = () => <ListPage title={t("Administrators")}
    about={t("Who may sign in here, and as what. Whoever has no password is " +
    "let in on the machine itself only.")} command="show admins" path="/admin/users"
    id={(r) => String(r.name)} ids={(r) => ({ name: String(r.name) })}
    columns={[
	{ name: "name" }, { name: "roles", fact: true },
	{ name: "unix_user", label: t("User of the machine") },
	{ name: "password", label: t("Password"), fact: true },
	{ name: "totp", label: t("Second factor"), fact: true },
	{ name: "created" }, { name: "changed" },
    ]} empty={<Empty title={t("Nobody")} />} />;

const Tokens = () => <ListPage title={t("Tokens")} about={t("For programs: a " +
    "token may no more than who made it, and ends by itself.")} command="show tokens"
    path="/admin/tokens" id={(r) => String(r.id)}
    ids={(r) => ({ id: String(r.id) })} columns={[
	{ name: "id", label: t("Token") }, { name: "name", fact: true },
	{ name: "admin" }, { name: "roles", fact: true }, { name: "from" },
	{ name: "created" }, { name: "expires", fact: true }, { name: "used" },
    ]} empty={<Empty title={t("No token")}><p>{t(
	"Add one for each program that uses the API, with the role it needs and " +
	"no more.")}</p></Empty>} />;

const Sessions = () => <ListPage title={t("Sessions")}
    about={t("Who is signed in now, and from where.")} topic="sessions"
    command="show admin-sessions"
    path="/admin/sessions" id={(r) => String(r.session)}
    ids={(r) => ({ id: String(r.session) })} columns={[
	{ name: "session" }, { name: "admin", fact: true },
	{ name: "from", fact: true }, { name: "agent", wrap: true,
	  render: (r) => browser(String(r.agent ?? "")) },
	{ name: "since" }, { name: "used", fact: true },
	{ name: "this", label: t("This one") },
    ]} empty={<Empty title={t("Nobody is signed in")} />} />;

/* What a role may do, by the daemon's word for it. */
const CAPABILITIES: Record<string, string> = {
	view: t("see figures, health and gateways"),
	traffic: t("find messages, follow them, explain"),
	"people-read": t("see subscribers, devices and groups"),
	people: t("change subscribers, devices and groups"),
	operate: t("drain and test gateways, work on queues"),
	draft: t("prepare changes of settings"),
	commit: t("put changes of settings in force, roll back"),
	security: t("administrators, tokens, certificates, backups"),
	audit: t("read the audit"),
};

function Roles(): VNode {
	const { data, error, again } = useLoad(async (stop) => (await list(
	    "/admin/roles", {}, stop)).items, []);
	const may = (r: Row) => Array.isArray(r.capabilities) ?
	    r.capabilities as string[] : String(r.capabilities).split(/,\s*/);
	const all = [...new Set((data ?? []).flatMap(may))];

	return <>
		<Head title={t("Roles")} about={t("What each role may do; " +
		    "somebody may have several.")} />
		{error ? <Fault error={error} again={again} /> : !data ?
		    <Busy /> :
		<div class="scroll" tabIndex={0} role="region"
		    aria-label={t("Roles")}><table>
			<thead><tr><th scope="col">{t(
			    "May")}</th>{data.map((r) =>
			    <th scope="col" key={String(r.role)}>{String(
			    r.role)}
			    </th>)}</tr></thead>
			<tbody>{all.map((c) => <tr key={c}>
				<th scope="row">{CAPABILITIES[c] ?? c}</th>
				{data.map((r) => <td key={String(
				    r.role)}>{may(r)
				    .includes(c) ?
				    <span class="status good">●<span
				    class="hidden"> {t("yes")}</span></span> :
				    <span
				    class="soft">–<span class="hidden"> {t(
				    "no")}
				    </span></span>}</td>)}</tr>)}</tbody>
		</table></div>}
	</>;
}

export function Admins({ names }: { names: Record<string, string> }): VNode {
	const at = names.tab ?? "";
	const Tab = { "": People, tokens: Tokens, sessions: Sessions,
	    roles: Roles, grants: Grants }[at] ?? People;

	return <><Tabs at={at} /><Tab /></>;
}

/* --- one's own account ----------------------------------------------------------------------- */

export function Account(): VNode {
	const me = session.value!;
	const [turn, setTurn] = useState(0);
	const [factor, setFactor] = useState(false);
	const mine = useLoad(async (stop) => (await list("/auth/sessions", {},
	    stop)).items, [turn]);
	const password = opAt("POST", "/auth/password");
	const without = opAt("DELETE", "/auth/totp");
	const end = opAt("DELETE", "/auth/sessions/{id}");
	const again = () => setTurn(turn + 1);

	async function quit(r: Row) {
		try {
			await run(end!, { id: String(r.session) });
			again();
		} catch (e) {
			toast(sentence(e), true);
		}
	}
	async function off() {
		try {
			await run(without!, {});
			session.value = { ...me, totp: false };
			toast(t("No code is asked for any more."));
		} catch (e) {
			toast(sentence(e), true);
		}
	}
	return <>
		<Head title={t(
		    "Your account")} about={<>{me.name}: {me.roles.join(", ")}
		</>}><button type="button" onClick={signOut}>{t(
		    "Sign out")}</button></Head>
		<div class="two">
			<Card title={t("Second factor")}>
				<p>{me.totp ? t(
				    "A code of your authenticator is asked " +
				    "for when you sign in.") : t(
				    "Only the password " +
				    "lets you in. An authenticator makes a stolen " +
				    "password useless.")}</p>
				<div class="buttons">{me.totp ?
				    <button type="button"
				    class="danger" onClick={off}>{t(
				    "Turn it off")}</button> :
				    <button type="button" class="main" onClick={() =>
				    setFactor(true)}>{t(
				    "Turn it on")}</button>}</div>
			</Card>
			<Card title={t("This session")}><Facts rows={[
				[t("Ends"),
				    <Value name="ends" value={me.ends} />],
				[t("Without use after"),
				    seconds(Number(me.idle_s ?? 0))],
			]} /></Card>
		</div>
		{password && <Card title={t("Password")}><OpForm op={password}
		    label={t("Change it")} key={turn} done={() => {
			toast(t("The password is changed; your other " +
			    "sessions ended."));
			again();
		    }} /></Card>}
		<Card title={t("Where you are signed in")}>
			{mine.error ? <Fault error={mine.error} /> :
			    !mine.data ?
			    <Busy /> : <ul class="rows">{mine.data.map((r) =>
			    <li
			    key={String(r.session)}>
				<span class="grow">{String(
				    r.from)}<small class="soft">{" "}
				    {browser(String(
				    r.agent ?? ""))}</small></span>
				<span class="soft">{tx("used {when}",
				    { when: <Value
				    name="used" value={r.used} /> })}</span>
				{r.this ? <span class="badge on">{t(
				    "this one")}</span> :
				    <button type="button" class="small" onClick={() =>
				    quit(r)}>{t(
				    "End it")}</button>}</li>)}</ul>}
		</Card>
		{factor && <Dialog title={t("Second factor")} close={() =>
		    setFactor(false)}><Enrol done={() => setFactor(false)}
		    cancel={() => setFactor(false)} /></Dialog>}
	</>;
}

