// session.ts - who is signed in.

import { call, get, Problem, session, type Session } from "./api";

/* Not signed in is an answer; anything else is thrown. */
export async function who(): Promise<void> {
	try {
		session.value = await get<Session>("/auth/session");
	} catch (e) {
		if (!(e instanceof Problem) || e.status !== 401)
			throw e;
		session.value = null;
	}
}

export async function signIn(name: string, password: string, code?: string):
    Promise<void> {
	await call("/auth/login", { method: "POST", body: { name, password,
	    ...code ? { code } : {} } });
	await who();
}
