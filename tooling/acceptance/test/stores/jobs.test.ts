import { memoryJobStore } from '@majordomo/background';
import { jobStoreConformance } from '@majordomo/conformance';
import { describe, it } from 'vitest';

describe('jobs in memory', () => {
  for (const { name, run } of jobStoreConformance)
    it(name, () =>
      run(async () => {
        const store = memoryJobStore();
        return [store, store];
      }),
    );
});
