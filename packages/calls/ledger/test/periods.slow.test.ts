import { it } from 'vitest';
import { memoryStore } from '../src/index.ts';
import { playStory, STORIES } from './support/period-story.ts';

it.each(STORIES.flatMap((story) => [1, 2, 3].map((seed) => ({ ...story, seed }))))(
  'a limit applies to the $per of $zone through leases and late settlements (seed $seed)',
  ({ seed, ...story }) => playStory(story, seed, (clock) => memoryStore({ clock })),
);
