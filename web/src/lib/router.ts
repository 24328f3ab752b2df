// router.ts - pages by the address bar; the query holds a page's state.

import { signal } from "@preact/signals";
import { h, type ComponentChildren, type VNode } from "preact";

export interface Place {
	path: string;
	query: URLSearchParams;
}

const here = (): Place => ({
	path: location.pathname,
	query: new URLSearchParams(location.search),
});

export const place = signal<Place>(here());

/* Forms that would lose what was typed ask before the page goes. */
let guard: (() => boolean) | null = null;

export function guarded(fn: (() => boolean) | null): void {
	guard = fn;
}

export function go(to: string, replace = false): void {
	const from = location.pathname;

	if (new URL(to, location.href).pathname !== from && guard && !guard())
		return;
	history[replace ? "replaceState" : "pushState"](null, "", to);
	place.value = here();
	if (location.pathname !== from) {
		scrollTo(0, 0);
		// the new page says where it is, to those who do not see it
		requestAnimationFrame(() => document.getElementById("main")
		    ?.focus({ preventScroll: true }));
	}
}

/* Change some of the query; undefined or "" takes a name away. */
export function query(change: Record<string, string | undefined>,
    replace = true): void {
	const q = new URLSearchParams(place.value.query);

	for (const [name, value] of Object.entries(change))
		if (value)
			q.set(name, value);
		else
			q.delete(name);
	const text = q.toString();

	go(place.value.path + (text ? "?" + text : ""), replace);
}

addEventListener("popstate", () => {
	place.value = here();
});

/* "/messages/:id" against a path: its names, or null. */
export function match(pattern: string, path: string):
    Record<string, string> | null {
	const want = pattern.split("/"), have = path.split("/");
	const names: Record<string, string> = {};

	if (want.length !== have.length)
		return null;
	for (let i = 0; i < want.length; i++)
		if (want[i].startsWith(":")) {
			try {
				names[want[i].slice(1)] =
				    decodeURIComponent(have[i]);
			} catch {
				return null;
			}
		} else if (want[i] !== have[i]) {
			return null;
		}
	return names;
}

export interface LinkProps {
	to: string;
	class?: string;
	children?: ComponentChildren;
	[attribute: string]: unknown;
}

/* A link that stays inside; a modified click is the browser's. */
export function Link({ to, children, ...rest }: LinkProps): VNode {
	return h("a", { ...rest, href: to, onClick: (e: MouseEvent) => {
		if (e.ctrlKey || e.metaKey || e.shiftKey || e.altKey ||
		    e.button !== 0)
			return;
		e.preventDefault();
		go(to);
	} }, children) as VNode;
}
