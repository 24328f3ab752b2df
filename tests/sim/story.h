/* story.h - "parley-sim story": the main job of a gateway, step by step. */

#ifndef SIM_STORY_H
#define SIM_STORY_H

/* argv[0] is "story".  Returns the exit status. */
int story_main(int argc, char **argv);

#endif
