import { createAgent, type Agent, type RunState } from '@majordomo/agent';
import { createMajordomo, fromJson, toJson, type ChatModel } from '@majordomo/core';
import { fakeProvider, type FakeCall, type Turn } from '@majordomo/testing';
import { Client, StreamableHTTPClientTransport, type ClientOptions } from '@modelcontextprotocol/client';
import type { McpServerHandle, McpToolbox } from '../../src/index.ts';
import { closing } from './world.ts';

/** Address of a server of this process. */
export const placeOf = (
  server: Pick<McpServerHandle, 'fetch'>,
): { readonly url: string; readonly fetch: typeof globalThis.fetch } => ({
  url: 'http://localhost/mcp',
  fetch: (input, init) => server.fetch(new Request(input, init)),
});

/** Connects the SDK's client to a server of this process until the test ends. */
export async function officialClient(
  server: Pick<McpServerHandle, 'fetch'>,
  protocol: '2025' | 'auto' = '2025',
  options: ClientOptions = {},
): Promise<Client> {
  const negotiation = protocol === 'auto' ? { versionNegotiation: { mode: 'auto' as const } } : {};
  const client = new Client({ name: 'official', version: '1' }, { ...negotiation, ...options });
  const { url, fetch } = placeOf(server);
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { fetch }));
  return closing(client);
}

/** Returns a model that answers with these turns, and its requests. */
export function modelOf(turns: readonly Turn[]): {
  readonly model: ChatModel;
  readonly requests: readonly FakeCall[];
} {
  const fake = fakeProvider({ id: 'f', models: { m: turns } });
  const model = createMajordomo({ providers: [fake], chain: { attempts: 1 } }).model('f/m');
  return { model, requests: fake.requests };
}

/** Returns an agent with the tools of a box, and the requests that its model receives. */
export function agentWith(
  box: McpToolbox,
  turns: readonly Turn[],
): { readonly agent: Agent; readonly requests: readonly FakeCall[] } {
  const { model, requests } = modelOf(turns);
  return { agent: createAgent({ model, toolboxes: [box] }), requests };
}

/** Returns the state as another process receives it. */
export const throughJson = (state: RunState): RunState => fromJson<RunState>(toJson(state));
