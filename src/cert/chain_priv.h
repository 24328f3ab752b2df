/* chain_priv.h - what the files of cert/ share. */

#ifndef CERT_CHAIN_PRIV_H
#define CERT_CHAIN_PRIV_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "cert/chain.h"

#define CERT_CN	"Parley"	/* of those that we sign ourselves */

struct chain {
	X509 *certs[CHAIN_MAX];
	unsigned n;
	EVP_PKEY *key;
};

void key_name(EVP_PKEY *key, char out[24]);
/* What is in a memory BIO, appended. */
void bio_text(BIO *b, struct buf *out);

#endif
