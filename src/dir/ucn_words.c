/* ucn_words.c - the words of notifications of content, by language. */

#include "dir/ucn_priv.h"

#define ENGLISH	0

const char *const ucn_word_names[UCN_WORDS] = {
	"message", "picture", "video", "audio", "contact", "location", "file",
	"several", "unknown"
};

enum word { MESSAGE, PICTURE, VIDEO, AUDIO, CONTACT, LOCATION, FILE_ };

/*
 * All of it is in the GSM 7 bit alphabet, and a link of usual length fits into
 * one short message.  Nothing follows a link but a blank: phones find its end.
 */
static const struct ucn_language languages[] = {
	[ENGLISH] = { "en",
	  "{sender} sent you {type}[ ({size})]. Turn on mobile data to get it"
	  "[ or open {link}][ (#{id})]",
	  { "a message", "a picture", "a video", "a recording", "a contact",
	    "a location", "a file", "{count} messages", "Somebody" },
	  ' ', '.' },
	{ "de",
	  "{sender} hat Ihnen {type}[ ({size})] gesendet. Abruf mit mobilen "
	  "Daten[ oder {link}][ (#{id})]",
	  { "eine Nachricht", "ein Bild", "ein Video", "eine Aufnahme",
	    "einen Kontakt", "einen Standort", "eine Datei",
	    "{count} Nachrichten", "Jemand" },
	  '.', ',' },
	{ "fr",
	  "{sender} vous a envoyé {type}[ ({size})]. Activez les données "
	  "mobiles[ ou ouvrez {link}][ (#{id})]",
	  { "un message", "une image", "une vidéo", "un enregistrement",
	    "un contact", "une position", "un fichier", "{count} messages",
	    "Quelqu'un" },
	  '/', ',' },
	{ "es",
	  "{sender} le ha enviado {type}[ ({size})]. Active los datos"
	  "[ o abra {link}][ (#{id})]",
	  { "un mensaje", "una imagen", "un video", "un audio",
	    "un contacto", "un lugar", "un archivo", "{count} mensajes",
	    "Alguien" },
	  '/', ',' },
	{ "it",
	  "{sender} ha inviato {type}[ ({size})]. Attivi i dati mobili"
	  "[ o apra {link}][ (#{id})]",
	  { "un messaggio", "un'immagine", "un video", "una registrazione",
	    "un contatto", "una posizione", "un file", "{count} messaggi",
	    "Qualcuno" },
	  '/', ',' },
	{ "pt",
	  "{sender} enviou {type}[ ({size})]. Ligue os dados"
	  "[ ou abra {link}][ (#{id})]",
	  { "uma mensagem", "uma imagem", "um video", "um audio",
	    "um contacto", "um local", "um ficheiro", "{count} mensagens",
	    "Alguém" },
	  '/', ',' },
	{ "nl",
	  "{sender} stuurde u {type}[ ({size})]. Zet mobiele data aan"
	  "[ of open {link}][ (#{id})]",
	  { "een bericht", "een foto", "een video", "een opname",
	    "een contact", "een locatie", "een bestand",
	    "{count} berichten", "Iemand" },
	  '-', ',' },
};

/* A Content-Type that begins so is called this; the first that fits. */
static const struct {
	const char *begins;
	enum word word;
} types[] = {
	{ "image/", PICTURE },
	{ "video/", VIDEO },
	{ "audio/", AUDIO },
	{ "text/vcard", CONTACT },
	{ "text/x-vcard", CONTACT },
	{ "text/directory", CONTACT },
	{ "application/vnd.gsma.rcspushlocation", LOCATION },
	{ "text/", MESSAGE },
	{ "message/", MESSAGE },
	{ "multipart/", MESSAGE },
};

const struct ucn_language *ucn_built_in(struct strv tag)
{
	struct strv rest, primary = strv_split(tag, '-', &rest);

	for (size_t i = 0; i < sizeof(languages) / sizeof(*languages); i++) {
		if (strv_caseeq(primary, strv(languages[i].tag)))
			return &languages[i];
	}
	return NULL;
}

static bool begins(struct strv s, struct strv with)
{
	return s.n >= with.n &&
	    strv_caseeq((struct strv){ s.p, with.n }, with);
}

size_t ucn_word_of(struct strv type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (begins(type, strv(types[i].begins)))
			return types[i].word;
	}
	return type.n ? FILE_ : MESSAGE;
}
