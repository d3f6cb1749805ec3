import { sqliteStores } from '@majordomo/store-sqlite';
import { it } from 'vitest';
import { playStory, STORIES } from '../../../../packages/calls/ledger/test/support/period-story.ts';

/** Seeds of each story. With SOAK=1, as in the nightly run, three. */
const SEEDS = process.env['SOAK'] === undefined ? [1] : [1, 2, 3];

it.each(STORIES.flatMap((story) => SEEDS.map((seed) => ({ ...story, seed }))))(
  'a limit in SQLite applies to the $per of $zone through leases and late settlements (seed $seed)',
  ({ seed, ...story }) => playStory(story, seed, (clock) => sqliteStores(':memory:', { clock }).ledger),
);
