import { type ChatRequest, type ChatResponse, createMajordomo } from '@majordomo/core';
import type { Script, WireServer } from '../../server/server.ts';
import { withBench } from '../bench.ts';
import type { Harness } from '../harness.ts';

/** Runs a case with a chain of one target. The chain repeats a rejected request with the changes that the provider returns. */
export const onTarget = (
  harness: Harness,
  script: Script,
  run: (generate: (request: ChatRequest) => Promise<ChatResponse>, server: WireServer) => Promise<void>,
): Promise<void> =>
  withBench(harness, script, async ({ provider, server, target }) => {
    const model = createMajordomo({ providers: [provider], chain: { attempts: 1 } }).model(target);
    await run((request) => model.generate(request), server);
  });
