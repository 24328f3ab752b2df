/* edge.h - what the SIP port asks of its edge. */

#ifndef PORT_SIP_EDGE_H
#define PORT_SIP_EDGE_H

/* Where the nonce key and the TLS files are kept; before start().  Borrowed. */
void edge_data_dir(const char *dir);

/*
 * Read certificates and keys again; connections stay.  A file that cannot be
 * used is named in the log with what to do, and the old one stays in force.
 */
void edge_reload(void);

#endif
