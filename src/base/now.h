/* now.h - the two clocks. */

#ifndef BASE_NOW_H
#define BASE_NOW_H

#include <stdint.h>

int64_t now_ms(void);	/* since the epoch, UTC; may jump: for records */
int64_t now_mono(void);	/* ms, never jumps: for waiting */
int64_t now_us(void);	/* the same in microseconds: for measuring */

/* Tests only: make now_ms() and now_mono() return ms; -1: real time. */
void now_freeze(int64_t ms);

#define NOW_TEXT 25	/* 2026-11-20T09:00:00.000Z and a NUL */

/* RFC 3339, UTC, with milliseconds. */
void now_text(int64_t ms, char s[NOW_TEXT]);

#endif
