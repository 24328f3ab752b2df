// nav.ts - the pages: where they are, and what the daemon must have for them.

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
	{ title: "Overview", pages: [
		{ to: "/", title: "Dashboard", icon: "dashboard",
		  words: "figures charts stats" },
		{ to: "/health", title: "Health", icon: "health",
		  words: "checks alerts remedy" },
	] },
	{ title: "Traffic", pages: [
		{ to: "/messages", title: "Messages", icon: "messages",
		  needs: "show messages", words: "trace ladder search" },
		{ to: "/queues", title: "Queues", icon: "queues",
		  needs: "show queues", words: "deferred waiting" },
		{ to: "/spam", title: "Spam folder", icon: "spam",
		  needs: "spam show" },
	] },
	{ title: "Directory", pages: [
		{ to: "/subscribers", title: "Subscribers", icon: "people",
		  needs: "show subscribers", words: "users accounts" },
		{ to: "/devices", title: "Devices", icon: "devices",
		  needs: "show devices", words: "phones registrations" },
		{ to: "/groups", title: "Groups", icon: "groups",
		  needs: "show groups", words: "members" },
		{ to: "/imports", title: "Import", icon: "import",
		  needs: "show imports", words: "csv jobs" },
	] },
	{ title: "Interworking", pages: [
		{ to: "/gateways", title: "Gateways", icon: "gateways",
		  needs: "show gateways", words: "smpp smsc link" },
		{ to: "/routes", title: "Routes", icon: "routes",
		  section: "route" },
		{ to: "/explain", title: "Explain", icon: "explain",
		  needs: "explain", words: "routing what if why" },
	] },
	{ title: "Policies", pages: [
		{ to: "/policies", title: "Delivery", icon: "policies",
		  section: "policy delivery", words: "reports devices policy" },
		{ to: "/ucn", title: "Notifications", icon: "bell",
		  section: "policy ucn", words: "ucn sms text template" },
		{ to: "/screening", title: "Screening", icon: "spam",
		  needs: "screening block show", words: "block allow spam" },
	] },
	{ title: "System", pages: [
		{ to: "/listeners", title: "Listeners", icon: "listeners",
		  section: "listener", words: "ports certificates tls" },
		{ to: "/settings", title: "All settings", icon: "settings",
		  words: "configuration" },
		{ to: "/draft", title: "Review changes", icon: "edit",
		  words: "draft commit stage" },
		{ to: "/history", title: "History", icon: "history",
		  needs: "show configuration history", words: "revisions rollback compare" },
		{ to: "/admins", title: "Administrators", icon: "admins",
		  needs: "show admins", words: "roles tokens sessions users" },
		{ to: "/backups", title: "Backup", icon: "backup",
		  needs: "backup list", words: "restore verify" },
		{ to: "/charging", title: "Charging", icon: "charging",
		  needs: "show charging", words: "records cdr billing" },
		{ to: "/log", title: "Log", icon: "logs", needs: "show messages",
		  words: "logs journal" },
		{ to: "/audit", title: "Audit", icon: "audit",
		  needs: "show audit" },
		{ to: "/operations", title: "All operations", icon: "operations",
		  words: "shell commands api" },
		{ to: "/about", title: "About", icon: "about",
		  words: "version licences" },
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
