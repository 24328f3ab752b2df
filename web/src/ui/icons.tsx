// icons.tsx - one stroke icon set, drawn on 20 by 20.

import type { VNode } from "preact";

const PATHS: Record<string, string> = {
	dashboard: "M3 3h6v8H3zM11 3h6v5h-6zM11 10h6v7h-6zM3 13h6v4H3z",
	health: "M2 10h4l2-5 4 10 2-5h4",
	messages: "M3 4h14v10H8l-4 3v-3H3z",
	queues: "M3 5h14M3 10h14M3 15h9",
	spam: "M10 2l7 3v5c0 4-3 7-7 8-4-1-7-4-7-8V5zM7 7l6 6M13 7l-6 6",
	people: "M7 9a3 3 0 100-6 3 3 0 000 6zM1.5 17c0-3 2.5-5 5.5-5s5.5 2 5.5 " +
	    "5M13 3.5a3 3 0 010 5M14.5 12.3c2.3.8 4 2.5 4 4.7",
	devices: "M3 4h9v9H3zM6 16h4M14 7h4v9h-4z",
	groups: "M10 8a2.5 2.5 0 100-5 2.5 2.5 0 000 5zM5 17a2.5 2.5 0 100-5 " +
	    "2.5 2.5 0 000 5zM15 17a2.5 2.5 0 100-5 2.5 2.5 0 000 5zM9 8l-3 4" +
	    "M11 8l3 4",
	import: "M10 3v9M6 8l4 4 4-4M3 14v3h14v-3",
	gateways: "M2 10h5M13 10h5M7 6h6v8H7zM10 6V3M10 17v-3",
	routes: "M4 16V9a4 4 0 014-4h8M13 2l3 3-3 3M4 16h12M13 13l3 3-3 3",
	explain: "M10 17a7 7 0 100-14 7 7 0 000 14zM8 8a2 2 0 113 1.7c-.7.5-1 " +
	    ".9-1 1.8M10 14v.1",
	policies: "M3 5h8M15 5h2M3 10h2M9 10h8M3 15h8M15 15h2M13 3v4M7 8v4M13 " +
	    "13v4",
	listeners: "M10 11a1.5 1.5 0 100-3 1.5 1.5 0 000 3zM10 11v6M6 13a5 5 " +
	    "0 010-7M14 6a5 5 0 010 7M3.5 15.5a9 9 0 010-12M16.5 3.5a9 9 0 010 12",
	admins: "M10 10a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM3.5 17.5c.5-3.5 " +
	    "3-5 6.5-5s6 1.5 6.5 5z",
	history: "M4 10a6 6 0 106-6H5M7 1.5L4.5 4 7 6.5M10 7v3.5l2.5 1.5",
	backup: "M3 5c0-3 14-3 14 0v10c0 3-14 3-14 0zM3 5c0 3 14 3 14 0M3 10c0 " +
	    "3 14 3 14 0",
	logs: "M4 3h12v14H4zM7 7h6M7 10h6M7 13h4",
	audit: "M10 2l6 3v5c0 4-2.5 6.5-6 8-3.5-1.5-6-4-6-8V5zM7 10l2 2 4-4",
	charging: "M10 3a7 7 0 100 14 7 7 0 000-14zM12.5 7.5c-2-1.5-5-1-5 1s5 1 5 " +
	    "3-3 2.5-5 1M10 5.5v9",
	about: "M10 17a7 7 0 100-14 7 7 0 000 14zM10 9v5M10 6.5v.1",
	operations: "M4 6l4 4-4 4M10 15h6",
	settings: "M10 12.5a2.5 2.5 0 100-5 2.5 2.5 0 000 5zM10 2v3M10 15v3M2 " +
	    "10h3M15 10h3M4.3 4.3l2.1 2.1M13.6 13.6l2.1 2.1M4.3 15.7l2.1-2.1" +
	    "M13.6 6.4l2.1-2.1",
	search: "M9 15A6 6 0 109 3a6 6 0 000 12zM13.5 13.5L18 18",
	menu: "M3 5h14M3 10h14M3 15h14",
	close: "M5 5l10 10M15 5L5 15",
	copy: "M7 7h10v10H7zM3 13V3h10",
	more: "M4 10h.1M10 10h.1M16 10h.1",
	plus: "M10 4v12M4 10h12",
	down: "M5 8l5 5 5-5",
	right: "M8 5l5 5-5 5",
	bell: "M5 14V9a5 5 0 0110 0v5l1.5 1.5h-13zM8.5 17.5h3",
	edit: "M4 16l1-4L14 3l3 3-9 9z",
	sun: "M10 13a3 3 0 100-6 3 3 0 000 6zM10 1.5v2M10 16.5v2M1.5 10h2M16.5 " +
	    "10h2M4 4l1.4 1.4M14.6 14.6L16 16M4 16l1.4-1.4M14.6 5.4L16 4",
	columns: "M3 4h14v12H3zM8 4v12M12.5 4v12",
	save: "M10 3v9M6 8l4 4 4-4M4 16h12",
};

export function Icon({ name }: { name: string }): VNode {
	return <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
		<path d={PATHS[name] ?? PATHS.about} />
	</svg>;
}
