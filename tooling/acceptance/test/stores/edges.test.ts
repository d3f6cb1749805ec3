import { sqliteStores } from '@majordomo/store-sqlite';
import { it } from 'vitest';
import { playStory, STORIES } from '../../../../packages/calls/ledger/test/support/period-story.ts';

it.each(STORIES.flatMap((story) => [1, 2, 3].map((seed) => ({ ...story, seed }))))(
  'a limit in SQLite applies to the $per of $zone through leases and late settlements (seed $seed)',
  ({ seed, ...story }) => playStory(story, seed, (clock) => sqliteStores(':memory:', { clock }).ledger),
);
