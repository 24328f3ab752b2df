/* ucn_words.c - the words of notifications of content, by language. */

#include "dir/ucn_priv.h"

#define ENGLISH	0

const char *const ucn_word_names[UCN_WORDS] = {
	"message", "picture", "video", "audio", "contact", "location", "file",
	"several", "unknown"
};

enum word { MESSAGE, PICTURE, VIDEO, AUDIO, CONTACT, LOCATION, FILE_ };

static const struct ucn_language languages[] = {
	[ENGLISH] = { "en",
	  "You received {type}[ ({size})] from {sender}. It will arrive when "
	  "you have a data connection.[ Or open {link}][ (#{id})]",
	  { "a message", "a picture", "a video", "a recording", "a contact",
	    "a location", "a file", "{count} messages", "somebody" },
	  ' ', '.' },
	{ "de",
	  "Sie haben {type}[ ({size})] von {sender} erhalten, abrufbar mit "
	  "Datenverbindung[ oder hier: {link}].[ (#{id})]",
	  { "eine Nachricht", "ein Bild", "ein Video", "eine Aufnahme",
	    "einen Kontakt", "einen Standort", "eine Datei",
	    "{count} Nachrichten", "Unbekannt" },
	  '.', ',' },
	{ "fr",
	  "Vous avez reçu {type}[ ({size})] de {sender}, disponible avec une "
	  "connexion de données[ ou ici : {link}].[ (#{id})]",
	  { "un message", "une image", "une vidéo", "un enregistrement",
	    "un contact", "une position", "un fichier", "{count} messages",
	    "un inconnu" },
	  '/', ',' },
	{ "es",
	  "Ha recibido {type}[ ({size})] de {sender}, disponible con una "
	  "conexión de datos[ o aquí: {link}].[ (#{id})]",
	  { "un mensaje", "una imagen", "un vídeo", "una grabación",
	    "un contacto", "una ubicación", "un archivo",
	    "{count} mensajes", "un desconocido" },
	  '/', ',' },
	{ "it",
	  "Ha ricevuto {type}[ ({size})] da {sender}, disponibile con una "
	  "connessione dati[ o qui: {link}].[ (#{id})]",
	  { "un messaggio", "un'immagine", "un video", "una registrazione",
	    "un contatto", "una posizione", "un file", "{count} messaggi",
	    "uno sconosciuto" },
	  '/', ',' },
	{ "pt",
	  "Recebeu {type}[ ({size})] de {sender}, disponível com uma ligação "
	  "de dados[ ou aqui: {link}].[ (#{id})]",
	  { "uma mensagem", "uma imagem", "um vídeo", "uma gravação",
	    "um contacto", "uma localização", "um ficheiro",
	    "{count} mensagens", "um desconhecido" },
	  '/', ',' },
	{ "nl",
	  "U hebt {type}[ ({size})] ontvangen van {sender}, beschikbaar met "
	  "een dataverbinding[ of hier: {link}].[ (#{id})]",
	  { "een bericht", "een foto", "een video", "een opname",
	    "een contact", "een locatie", "een bestand",
	    "{count} berichten", "een onbekende" },
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
