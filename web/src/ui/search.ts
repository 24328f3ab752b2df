// search.ts - whatever an operator has in hand, to the page that shows it.

import { list } from "../lib/api";
import { address, words } from "../lib/format";
import { t } from "../lib/lang";
import { allowed, op, operations, schema, names } from "../lib/meta";
import { NAV, settingsPage, visible } from "../nav";

export interface Hit {
	type: string;
	label: string;
	help?: string;
	to: string;
}

const has = (text: string, part: string) =>
	text.toLowerCase().includes(part.toLowerCase());

function pages(text: string): Hit[] {
	return NAV.flatMap((g) => g.pages).filter(visible)
	    .filter((p) => has(p.title, text) || has(p.words ?? "", text))
	    .map((p) => ({ type: t("page"), label: p.title, to: p.to }));
}

function settings(text: string): Hit[] {
	const seen = new Set<string>();

	return schema.value.filter((s) => has(`${s.section} ${s.name}`, text) ||
	    (text.length > 3 && has(s.help, text))).filter((s) => {
		const key = `${s.section} ${s.name}`;

		return seen.has(key) ? false : (seen.add(key), true);
	}).map((s) => ({ type: t("setting"), label: `${s.section} ${s.name}`,
	    help: s.help, to: settingsPage(s.section) }));
}

function commands(text: string): Hit[] {
	return operations.value.filter((o) => o.command && allowed(o) &&
	    has(o.command, text)).map((o) => ({ type: t("operation"),
	    label: o.command, help: o.help,
	    to: `/operations/${encodeURIComponent(o.command)}` }));
}

async function live(text: string, kind: string, type: string,
    to: (name: string) => string, stop: AbortSignal): Promise<Hit[]> {
	try {
		return (await names(kind, text, stop)).slice(0, 6).map((name) =>
		    ({ type, label: address(name), to: to(name) }));
	} catch {
		return [];
	}
}

/* Whatever id it is of: its own, IMDN, Call-ID, conversation, the SMSC's. */
async function message(text: string, stop: AbortSignal): Promise<Hit[]> {
	if (!allowed(op("message search")))
		return [];
	try {
		const page = await list("/messages/search", { text,
		    limit: "6" },
		    stop);

		return page.items.map((m) => ({ type: t("message"),
		    label: String(m.id), help: [m.kind, address(String(m.from)),
		    "→", address(String(m.to)), m.state, t("(its {id})",
		    { id: words(String(m.matched)) })].join(" "),
		    to: `/messages/${encodeURIComponent(String(m.id))}` }));
	} catch {
		return [];
	}
}

async function found(text: string, stop: AbortSignal): Promise<Hit[]> {
	const at = (page: string) => (name: string) =>
		`/${page}/${encodeURIComponent(name)}`;

	const number = /^\+?\d{3,}$/.test(text) ?
	    (text.startsWith("+") ? "tel:" : "tel:+") + text : text;
	const lists = await Promise.all([
		live(number, "subscriber", t("subscriber"), at("subscribers"),
		    stop),
		live(text, "group", t("group"), at("groups"), stop),
		live(text, "gateway", t("gateway"), at("gateways"), stop),
		text.length > 3 ? message(text, stop) : [],
	]);

	return lists.flat().slice(0, 10);
}

export async function search(text: string, stop: AbortSignal): Promise<Hit[]> {
	text = text.trim();
	if (!text)
		return pages("").slice(0, 8);
	const [live] = await Promise.all([found(text, stop)]);

	return [...live, ...pages(text), ...settings(text), ...commands(text)]
	    .slice(0, 14);
}
