import { laneAttempt, laneCases } from '@majordomo/services/features';
import { describe, expect, it } from 'vitest';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';

const at = folder();

describe('lanes of two connections', () => {
  it.each(laneCases.map((one, number) => ({ ...one, number })))('$name', async ({ run, number }) => {
    const path = at(`lanes${number}.db`);
    await using mine = sqliteStores(path);
    await using theirs = sqliteStores(path);
    await run([mine.lanes, theirs.lanes]);
  });

  it('deny with whenDown "deny" if the file cannot be used', async () => {
    const stores = sqliteStores(at('closed.db'));
    const gate = stores.lanes({ name: 'gpu', most: 8, whenDown: 'deny' });
    await stores.close();
    expect(await gate.admit(laneAttempt())).toEqual({ deny: 'SQLite does not answer', retryAfterMs: 1000 });
  });
});
