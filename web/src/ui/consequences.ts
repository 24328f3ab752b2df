// consequences.ts - what will happen: said in a form before it is done.

import { t } from "../lib/lang";

export const CONSEQUENCES: Record<string, string> = {
	"gateway drain": t("Nothing new goes through it; what is under way is " +
	    "answered first. Messages take the next gateway of their route, or " +
	    "wait. \"Enable\" takes it back."),
	"gateway disable": t("Its link is closed at once. Messages take the next " +
	    "gateway of their route, or wait until it is enabled; none is lost."),
	"gateway rate": t("It sends no more than this from now on; the rest waits " +
	    "its turn. Its settings stay as they are."),
	"queue hold": t("Nothing more leaves this queue until it is released. " +
	    "Messages go on arriving and wait; each still expires at its time."),
	"queue retry": t("Everything that matches is tried now, not at its next " +
	    "time. What is under way is left alone."),
	"device deregister": t(
	    "It is offline until it registers again by itself; " +
	    "messages for it wait meanwhile."),
	"device block": t("It is not let in until it is unblocked."),
	"certificate request": t("A new key is made on the machine and never " +
	    "leaves it. What you get is the request for your certificate " +
	    "authority; install its answer under the same name."),
	"certificate self-sign": t(
	    "What is assigned here ends. New connections " +
	    "get the new certificate at once; clients that trusted the old one " +
	    "have to accept it."),
	"certificate assign": t(
	    "New connections get it at once; those that are " +
	    "open stay."),
	"backup restore": t("What is here now is replaced by what is in the file, " +
	    "and the daemon starts anew. What was here before is kept in a folder " +
	    "beside it."),
};
