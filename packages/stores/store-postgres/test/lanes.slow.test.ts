import { describeWith } from '@majordomo/services';
import { laneCases } from '@majordomo/services/features';
import { it } from 'vitest';
import { onPostgres } from './support/stores.ts';

describeWith('postgres', 'lanes', () => {
  const { pair } = onPostgres();

  it.each(laneCases)('$name', async ({ run }) => {
    const [mine, theirs] = pair();
    await run([mine.lanes, theirs.lanes]);
  });
});
