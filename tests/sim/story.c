/* story.c - "parley-sim story": the main job of a gateway, step by step. */

#include "story.h"
int story_main(int argc, char **argv) { (void)argc; (void)argv; return 2; }
