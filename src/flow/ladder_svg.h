/* ladder_svg.h - a message's steps as a drawing. */

#ifndef FLOW_LADDER_SVG_H
#define FLOW_LADDER_SVG_H

#include "base/buf.h"
#include "store/tracelog.h"

/*
 * One SVG document without script: a line for each lane that has a step,
 * arrows, and marks for thoughts, light or dark as the reader likes it.
 * Texts may be anything: they cannot break out.  steps in the order of time.
 */
void ladder_svg(struct buf *out, const char *title,
    const struct trace_event *steps, size_t n);

#endif
