// session.ts - who is signed in, and the first one ever.

import { signal } from "@preact/signals";

import { call, get, Problem, session, type Row, type Session } from "./api";

/* Nobody can sign in yet: the wizard makes the first administrator. */
export const unset = signal(false);

/* Somebody was signed in with this browser, and most likely still is. */
const HERE = "parley.here";

export const wasHere = () => localStorage.getItem(HERE) !== null;

session.subscribe((who) => {
	if (who)
		localStorage.setItem(HERE, "yes");
	else if (who === null)
		localStorage.removeItem(HERE);
});

function take(data: Row): void {
	session.value = data as unknown as Session;
	unset.value = false;
}

/* Not signed in is an answer; anything else is thrown. */
export async function who(): Promise<void> {
	try {
		take(await get("/auth/session"));
	} catch (e) {
		if (!(e instanceof Problem))
			throw e;
		unset.value = e.code === "not-set-up";
		if (e.status !== 401 && !unset.value)
			throw e;
		session.value = null;
	}
}

export async function signIn(name: string, password: string, code?: string):
    Promise<void> {
	take((await call("/auth/login", { method: "POST", body: { name,
	    password,
	    ...code ? { code } : {} } })).data);
}

export async function setUp(token: string, name: string, password: string):
    Promise<void> {
	take((await call("/setup", { method: "POST", body: { token, name,
	    password } })).data);
}

export async function signOut(): Promise<void> {
	try {
		await call("/auth/logout", { method: "POST", body: {} });
	} catch {
		// gone is gone
	}
	session.value = null;
}

export async function prove(password: string, code?: string): Promise<void> {
	take((await call("/auth/reauth", { method: "POST", body: { password,
	    ...code ? { code } : {} } })).data);
}
