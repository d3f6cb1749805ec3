import { type ChatRequest, type ChatResponse, createMajordomo } from '@majordomo/core';
import { type Script, startWireServer, type WireServer } from '../../server/server.ts';
import { KEY } from '../bench.ts';
import type { Harness } from '../harness.ts';

/** Runs a case with a chain of one target. The chain repeats a rejected request with the changes that the provider returns. */
export async function onTarget(
  harness: Harness,
  script: Script,
  run: (generate: Generate, server: WireServer) => Promise<void>,
): Promise<void> {
  const server = await startWireServer({ wire: harness.wire, script });
  try {
    const provider = await harness.open({ baseURL: server.baseURL, server, apiKey: KEY });
    const majordomo = createMajordomo({ providers: [provider], chain: { attempts: 1 } });
    const model = majordomo.model(`${provider.id}/${harness.model}`);
    await run((request) => model.generate(request), server);
  } finally {
    await server.close();
  }
}

type Generate = (request: ChatRequest) => Promise<ChatResponse>;
