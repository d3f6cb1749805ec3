import type { ViteUserConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** First runs the files that detected the previous change, because the next change is often near. Then runs the fastest files. */
class FastestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = (file: TestSpecification): number => {
      const result = this.ctx.cache.getTestSpecificationResult(file);
      return result?.failed === true ? -1 : (result?.duration ?? 0);
    };
    return Promise.resolve(files.toSorted((a, b) => rank(a) - rank(b)));
  }
}

const config: ViteUserConfig = {
  test: {
    bail: 1,
    pool: 'forks',
    maxWorkers: 1,
    isolate: false,
    // Exceeds the duration of any test on a busy machine, because a slow test is not a detected change.
    testTimeout: 30_000,
    expect: { poll: { timeout: 10_000 } },
    sequence: { sequencer: FastestFirst },
  },
};

export default config;
