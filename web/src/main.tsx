// main.tsx - start: who is here, what the daemon can do, which page.

import { render, type ComponentType, type VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

import { Problem, session } from "./lib/api";
import { askEarly, loadMeta, operations } from "./lib/meta";
import { startLive } from "./lib/live";
import { match, place } from "./lib/router";
import { loadDraft, loadPending, startDraft } from "./lib/draft";
import { t, tx } from "./lib/lang";
import { unset, wasHere, who } from "./lib/session";
import { Busy, Empty, Fault, Head } from "./ui/bits";
import { applyTheme, Frame, theme } from "./ui/frame";
import { Link } from "./lib/router";
import { Proof, SetUp, SignIn } from "./pages/signin";
import { Dashboard } from "./pages/dashboard";
import * as lists from "./pages/lists";
import * as system from "./pages/system";

export type Names = Record<string, string>;
type Page = ComponentType<{ names: Names }>;

/* A page that comes when it is needed. */
function lazy(ask: () => Promise<Page>): Page {
	let ready: Page | null = null;

	return function Lazy(p: { names: Names }): VNode {
		const [error, setError] = useState<unknown>(null);
		const [, draw] = useState(0);

		useEffect(() => {
			if (!ready)
				ask().then((page) => { ready = page; draw(1); },
				    setError);
		}, []);
		if (error)
			return <Fault error={error} again={() =>
			    location.reload()} />;
		return ready ? <>{ready && ((Ready) => <Ready {...p} />)(ready)}
		</> : <Busy />;
	};
}

const message = () => import("./pages/message");
const config = () => import("./pages/config");
const records = () => import("./pages/records");
const security = () => import("./pages/security");
const review = () => import("./pages/review");
const tools = () => import("./pages/tools");

const PAGES: [string, Page, string][] = [
	["/", Dashboard, t("Dashboard")],
	["/health", system.Health, t("Health")],
	["/messages", lists.Messages, t("Messages")],
	["/messages/:id", lazy(async () => (await message()).Message), t(
	    "Message")],
	["/queues", lazy(async () => (await import("./pages/queues")).Queues),
	    t("Queues")],
	["/spam", lists.Spam, t("Spam folder")],
	["/subscribers", lists.Subscribers, t("Subscribers")],
	["/subscribers/:address", lazy(async () =>
	    (await import(
	    "./pages/subscriber")).Subscriber),
	    t("Subscriber")],
	["/devices", lists.Devices, t("Devices")],
	["/groups", lists.Groups, t("Groups")],
	["/groups/:address", lazy(async () => (await import(
	    "./pages/group")).Group), t(
	    "Group")],
	["/imports", lazy(async () => (await import("./pages/imports")).Imports),
	    t("Import")],
	["/gateways", lists.Gateways, t("Gateways")],
	["/gateways/:name", lazy(async () => (await import(
	    "./pages/gateway")).Gateway),
	    t("Gateway")],
	["/routes", lazy(async () => (await config()).Routes), t("Routes")],
	["/explain", lazy(async () => (await tools()).Explain), t("Explain")],
	["/policies", lazy(async () => (await config()).Policies), t(
	    "Policies")],
	["/screening", lists.Screening, t("Screening")],
	["/screening/:list", lists.Screening, t("Screening")],
	["/listeners", lazy(async () => (await config()).Listeners),
	    t("Listeners")],
	["/certificates", lazy(async () => (await import(
	    "./pages/certificates")).Certificates), t("Certificates")],
	["/settings", lazy(async () => (await config()).Sections), t(
	    "Settings")],
	["/settings/:section", lazy(async () => (await config()).Section),
	    t("Settings")],
	["/settings/:section/:name", lazy(async () => (await config()).Section),
	    t("Settings")],
	["/draft", lazy(async () => (await review()).Review), t(
	    "Review changes")],
	["/history", lazy(async () => (await review()).History), t("History")],
	["/welcome", lazy(async () =>
	    (await import("./pages/welcome")).Welcome),
	    t("First steps")],
	["/audit", lazy(async () => (await records()).Audit), t("Audit")],
	["/log", lazy(async () =>
	    (await import("./pages/log")).Log), t("Log")],
	["/backups", lazy(async () => (await import("./pages/backups")).Backups), t("Backup")],
	["/charging", lazy(async () => (await records()).Charging), t(
	    "Charging")],
	["/admins", lazy(async () => (await security()).Admins),
	    t("Administrators")],
	["/admins/:tab", lazy(async () => (await security()).Admins),
	    t("Administrators")],
	["/account", lazy(async () => (await security()).Account),
	    t("Your account")],
	["/ucn", lazy(async () => (await import("./pages/ucn")).Ucn),
	    t("Notifications")],
	["/operations", lazy(async () => (await tools()).Operations),
	    t("All operations")],
	["/operations/:command", lazy(async () => (await tools()).Operation),
	    t("Operation")],
	["/about", system.About, t("About")],
];

function Here(): VNode {
	const { path } = place.value;

	for (const [pattern, Found, title] of PAGES) {
		const names = match(pattern, path);

		if (!names)
			continue;
		const which = Object.values(names).pop();

		document.title = `${which ?? title} – Parley`;
		return <Found names={names} key={path} />;
	}
	document.title = `${t("Not found")} – Parley`;
	return <><Head title={t("Not found")} /><Empty title={t(
	    "There is no such " +
	    "page")}>
		<p>{tx("{go}, or press {keys} to search.", {
		    go: <Link to="/">{t("Go to the dashboard")}</Link>,
		    keys: <kbd>Ctrl-K</kbd> })}</p></Empty></>;
}

function App(): VNode {
	const [error, setError] = useState<unknown>(null);
	const signed = session.value;

	useEffect(() => {
		who().catch(setError);
	}, []);
	useEffect(() => {
		if (signed)
			loadMeta().then(() => Promise.all([loadDraft(),
			    loadPending()])).then(() => setError(null), (e) => {
				if (!(e instanceof Problem && e.status === 401))
					setError(e);
			});
	}, [signed?.name]);
	if (error)
		return <main class="plain"><Fault error={error}
		    again={() => location.reload()} /></main>;
	if (signed === undefined)
		return <main class="plain"><Busy what={t(
		    "Asking the daemon")} /></main>;
	if (signed === null)
		return unset.value ? <SetUp /> : <SignIn />;
	if (operations.value.length === 0)
		return <main class="plain"><Busy /></main>;
	return <><Frame><Here /></Frame><Proof /></>;
}

applyTheme(theme.value);
if (wasHere())
	askEarly();
startLive();
startDraft();
render(<App />, document.getElementById("app")!);
