// steps.ts - where somebody left the first steps; "": he is through, or never
// began.

import { effect, signal } from "@preact/signals";

const KEPT = "parley.step";

export const leftAt = signal(localStorage.getItem(KEPT) ?? "");

effect(() => localStorage.setItem(KEPT, leftAt.value));
