import { sandboxConformance } from '@majordomo/conformance';
import { describe, it } from 'vitest';
import { runSandbox } from '../src/index.ts';

const sandbox = runSandbox();

describe('runSandbox', { timeout: 60_000 }, () => {
  for (const { name, run } of sandboxConformance) it(name, () => run(sandbox));
});
