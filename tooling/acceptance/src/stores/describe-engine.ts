import { describeWith } from '@majordomo/services';
import { afterAll, beforeAll, describe } from 'vitest';
import { startEngine, type Engine, type EngineServer } from './job-engines.ts';

const START_MS = 120_000;

/** Declares tests with a server of an engine. If the server is not installed, the tests are skipped. */
export function describeEngine(engine: Engine, tests: (server: () => EngineServer) => void): void {
  const withServer = (): void => {
    let server: EngineServer;
    beforeAll(async () => {
      server = await startEngine(engine);
    }, START_MS);
    afterAll(() => server.stop());
    tests(() => server);
  };
  if (engine === 'sqlite') describe(engine, withServer);
  else describeWith(engine, engine, withServer);
}
