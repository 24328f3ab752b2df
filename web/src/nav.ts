// nav.ts - the pages: where they are, and what the daemon must have for them.

import { t } from "./lib/lang";
import { allowed, op, schema } from "./lib/meta";

export interface NavPage {
	to: string;
	title: string;
	icon: string;
	words?: string;		// also found by these
	needs?: string;		// an operation
	section?: string;	// or a section of settings
}

export const NAV: { title: string; pages: NavPage[] }[] = [
	{ title: t("Overview"), pages: [
		{ to: "/", title: t("Dashboard"), icon: "dashboard",
		  words: t("figures charts stats") },
		{ to: "/health", title: t("Health"), icon: "health",
		  words: t("checks alerts remedy") },
	] },
	{ title: t("Traffic"), pages: [
		{ to: "/messages", title: t("Messages"), icon: "messages",
		  needs: "show messages", words: t("trace ladder search") },
		{ to: "/queues", title: t("Queues"), icon: "queues",
		  needs: "show queues", words: t("deferred waiting") },
		{ to: "/spam", title: t("Spam folder"), icon: "spam",
		  needs: "spam show" },
	] },
	{ title: t("Directory"), pages: [
		{ to: "/subscribers", title: t("Subscribers"), icon: "people",
		  needs: "show subscribers", words: t("users accounts") },
		{ to: "/devices", title: t("Devices"), icon: "devices",
		  needs: "show devices", words: t("phones registrations") },
		{ to: "/groups", title: t("Groups"), icon: "groups",
		  needs: "show groups", words: t("members") },
		{ to: "/imports", title: t("Import"), icon: "import",
		  needs: "show imports", words: t("csv jobs") },
	] },
	{ title: t("Interworking"), pages: [
		{ to: "/gateways", title: t("Gateways"), icon: "gateways",
		  needs: "show gateways", words: t("smpp smsc link") },
		{ to: "/routes", title: t("Routes"), icon: "routes",
		  section: "route" },
		{ to: "/explain", title: t("Explain"), icon: "explain",
		  needs: "explain", words: t("routing what if why") },
	] },
	{ title: t("Policies"), pages: [
		{ to: "/policies", title: t("Delivery"), icon: "policies",
		  section: "policy delivery", words: t(
		      "reports devices policy") },
		{ to: "/ucn", title: t("Notifications"), icon: "bell",
		  section: "policy ucn", words: t("ucn sms text template") },
		{ to: "/screening", title: t("Screening"), icon: "spam",
		  needs: "screening block show", words: t("block allow spam") },
	] },
	{ title: t("System"), pages: [
		{ to: "/listeners", title: t("Listeners"), icon: "listeners",
		  section: "listener", words: t("ports certificates tls") },
		{ to: "/certificates", title: t("Certificates"), icon: "audit",
		  needs: "certificate uses", words: t("tls https csr pem keys") },
		{ to: "/settings", title: t("All settings"), icon: "settings",
		  words: t("configuration") },
		{ to: "/draft", title: t("Review changes"), icon: "edit",
		  words: t("draft commit stage") },
		{ to: "/history", title: t("History"), icon: "history",
		  needs: "show configuration history", words: t(
		      "revisions rollback compare") },
		{ to: "/admins", title: t("Administrators"), icon: "admins",
		  needs: "show admins", words: t(
		      "roles tokens sessions users") },
		{ to: "/backups", title: t("Backup"), icon: "backup",
		  needs: "backup list", words: t("restore verify") },
		{ to: "/charging", title: t("Charging"), icon: "charging",
		  needs: "show charging", words: t("records cdr billing") },
		{ to: "/log", title: t("Log"), icon: "logs",
		    needs: "show messages",
		  words: t("logs journal") },
		{ to: "/audit", title: t("Audit"), icon: "audit",
		  needs: "show audit" },
		{ to: "/operations", title: t("All operations"),
		    icon: "operations",
		  words: t("shell commands api") },
		{ to: "/about", title: t("About"), icon: "about",
		  words: t("version licences") },
		] },
];

export function visible(p: NavPage): boolean {
	if (p.section)
		return schema.value.some((s) => s.section === p.section);
	return !p.needs || allowed(op(p.needs));
}

/* Where a section's settings are edited. */
export function settingsPage(section: string, name?: string): string {
	return `/settings/${encodeURIComponent(section)}` +
	    (name ? `/${encodeURIComponent(name)}` : "");
}
