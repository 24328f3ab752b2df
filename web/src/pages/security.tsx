// security.tsx - who may administer: people, tokens, sessions; one's own account.

import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

import { call, list, sentence, session, type Row } from "../lib/api";
import { opAt, run } from "../lib/meta";
import { signOut } from "../lib/session";
import { Link } from "../lib/router";
import { Busy, Card, Copy, Dialog, Empty, Facts, Fault, Head, Notice, toast,
    useLoad, Value } from "../ui/bits";
import { OpForm } from "../ui/form";
import { Field } from "../ui/field";
import { ListPage } from "./lists";

/* --- people, tokens, sessions --------------------------------------------------------- */

const TABS: [string, string][] = [["", "People"], ["tokens", "Tokens"],
    ["sessions", "Sessions"], ["roles", "Roles"]];

function Tabs({ at }: { at: string }): VNode {
	return <nav class="tabs" aria-label="Administrators">{TABS.map(
	    ([id, title]) => <Link key={id} to={`/admins${id ? "/" + id : ""}`}
	    aria-current={id === at ? "page" : undefined}>{title}</Link>)}</nav>;
}

const People = () => <ListPage title="Administrators"
    about="Who may sign in here, and as what. Whoever has no password is let in
    on the machine itself only." command="show admins" path="/admin/users"
    id={(r) => String(r.name)} ids={(r) => ({ name: String(r.name) })}
    columns={[
	{ name: "name" }, { name: "roles", fact: true },
	{ name: "unix_user", label: "User of the machine" },
	{ name: "password", label: "Password", fact: true },
	{ name: "totp", label: "Second factor", fact: true },
	{ name: "created" }, { name: "changed" },
    ]} empty={<Empty title="Nobody" />} />;

const Tokens = () => <ListPage title="Tokens" about="For programs: a token may
    no more than who made it, and ends by itself." command="show tokens"
    path="/admin/tokens" id={(r) => String(r.id)}
    ids={(r) => ({ id: String(r.id) })} columns={[
	{ name: "id", label: "Token" }, { name: "name", fact: true },
	{ name: "admin" }, { name: "roles", fact: true }, { name: "from" },
	{ name: "created" }, { name: "expires", fact: true }, { name: "used" },
    ]} empty={<Empty title="No token" />} />;

const Sessions = () => <ListPage title="Sessions"
    about="Who is signed in now, and from where." command="show admin-sessions"
    path="/admin/sessions" id={(r) => String(r.session)}
    ids={(r) => ({ id: String(r.session) })} columns={[
	{ name: "session" }, { name: "admin", fact: true },
	{ name: "from", fact: true }, { name: "agent", wrap: true },
	{ name: "since" }, { name: "used", fact: true },
	{ name: "this", label: "This one" },
    ]} empty={<Empty title="Nobody is signed in" />} />;

const Roles = () => <ListPage title="Roles" about="What each role may do;
    somebody may have several." command="show roles" path="/admin/roles"
    id={(r) => String(r.role)} columns={[{ name: "role" },
	{ name: "capabilities", fact: true, wrap: true }]} empty={null} />;

export function Admins({ names }: { names: Record<string, string> }): VNode {
	const at = names.tab ?? "";
	const Tab = { "": People, tokens: Tokens, sessions: Sessions,
	    roles: Roles }[at] ?? People;

	return <><Tabs at={at} /><Tab /></>;
}

/* --- the second factor ------------------------------------------------------------------- */

interface Secret {
	secret: string;
	uri: string;
}

/* The square that a phone reads; drawn by us, sent nowhere. */
function Square({ text }: { text: string }): VNode | null {
	const [cells, setCells] = useState<boolean[][] | null>(null);

	useEffect(() => {
		void import("uqr").then((m) => setCells(m.encode(text,
		    { border: 2 }).data));
	}, [text]);
	if (!cells)
		return null;
	const path = cells.map((row, y) => row.map((on, x) => on ?
	    `M${x} ${y}h1v1h-1z` : "").join("")).join("");

	return <svg class="qr" viewBox={`0 0 ${cells.length} ${cells.length}`}
	    role="img" aria-label="For the camera of your phone"><path d={path} />
	</svg>;
}

function Factor({ done }: { done: () => void }): VNode {
	const [secret, setSecret] = useState<Secret | null>(null);
	const [codes, setCodes] = useState<string[] | null>(null);
	const [code, setCode] = useState("");
	const [error, setError] = useState<unknown>(null);

	useEffect(() => {
		call("/auth/totp", { method: "POST", body: {} }).then((a) =>
		    setSecret(a.data as unknown as Secret), setError);
	}, []);

	async function confirm_(e: Event) {
		e.preventDefault();
		try {
			const a = await call("/auth/totp/confirm", {
			    method: "POST", body: { code } });

			setCodes(a.data.recovery_codes as string[]);
			setError(null);
		} catch (e) {
			setError(e);
		}
	}
	return <Dialog title="Second factor" close={done}>
		{error !== null && <Fault error={error} />}
		{codes ? <>
			<Notice tone="good"><p>From now on a code is asked for.
			</p></Notice>
			<p>Keep these codes where your phone is not. Each lets you in
			once without it:</p>
			<pre class="explained">{codes.join("\n")}</pre>
			<div class="buttons"><Copy text={codes.join("\n")} />
			<button type="button" class="main" onClick={done}>I have kept
			them</button></div></> : !secret ? error === null && <Busy /> :
		<form class="form" onSubmit={confirm_}>
			<p>Read this with an authenticator on your phone, or type the
			secret there:</p>
			<Square text={secret.uri} />
			<p class="shell"><code>{secret.secret.match(/.{1,4}/g)
			    ?.join(" ")}</code><Copy text={secret.secret} /></p>
			<Field row={{ name: "code", kind: "number", required: true,
			    autocomplete: "one-time-code", help: "what it shows now" }}
			    value={code} set={setCode} />
			<div class="buttons"><button class="main">Turn it on</button>
			<button type="button" onClick={done}>Cancel</button></div>
		</form>}
	</Dialog>;
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
			toast("No code is asked for any more.");
		} catch (e) {
			toast(sentence(e), true);
		}
	}
	return <>
		<Head title="Your account" about={<>{me.name}: {me.roles.join(", ")}
		</>}><button type="button" onClick={signOut}>Sign out</button></Head>
		<div class="two">
			<Card title="Second factor">
				<p>{me.totp ? "A code of your authenticator is asked for " +
				    "when you sign in." : "Only the password lets you in. " +
				    "An authenticator makes a stolen password useless."}</p>
				<div class="buttons">{me.totp ? <button type="button"
				    class="danger" onClick={off}>Turn it off</button> :
				    <button type="button" class="main" onClick={() =>
				    setFactor(true)}>Turn it on</button>}</div>
			</Card>
			<Card title="This session"><Facts rows={[
				["Ends", <Value name="ends" value={me.ends} />],
				["Without use after", `${Number(me.idle_s ?? 0) / 60} min`],
			]} /></Card>
		</div>
		{password && <Card title="Password"><OpForm op={password}
		    label="Change it" key={turn} done={() => {
			toast("The password is changed; your other sessions ended.");
			again();
		    }} /></Card>}
		<Card title="Where you are signed in">
			{mine.error ? <Fault error={mine.error} /> : !mine.data ?
			    <Busy /> : <ul class="rows">{mine.data.map((r) => <li
			    key={String(r.session)}>
				<span class="grow">{String(r.from)}<small class="soft">{" "}
				    {String(r.agent ?? "")}</small></span>
				<span class="soft">used <Value name="used"
				    value={r.used} /></span>
				{r.this ? <span class="badge on">this one</span> :
				    <button type="button" class="small" onClick={() =>
				    quit(r)}>End it</button>}</li>)}</ul>}
		</Card>
		{factor && <Factor done={() => {
			setFactor(false);
			void import("../lib/session").then((m) => m.who());
		}} />}
	</>;
}

