import { sandboxConformance, type TestedSandbox } from '@majordomo/conformance';
import { describe, expectTypeOf, it } from 'vitest';
import { runSandbox, type Sandbox } from '../src/index.ts';

const sandbox = runSandbox();

/**
 * Attempts with functions of the engine, which involve no tool and no result of the host, as the constructor Function does not. Each
 * case starts a worker, so these cases run with SOAK=1, as in the nightly run.
 */
const FUNCTIONS_OF_ENGINE =
  /reach of (?:the constructor of (?!a tool|the tools)|Reflect|indirect eval|`this`|the error of a stack overflow|a species|frames)/;

const isOnlyInSoak = (name: string): boolean =>
  process.env['SOAK'] === undefined && FUNCTIONS_OF_ENGINE.test(name);

it('is tested with the same type', () => {
  expectTypeOf<TestedSandbox>().toEqualTypeOf<Sandbox>();
});

describe('runSandbox', { timeout: 60_000 }, () => {
  for (const { name, run } of sandboxConformance) it.skipIf(isOnlyInSoak(name))(name, () => run(sandbox));
});
