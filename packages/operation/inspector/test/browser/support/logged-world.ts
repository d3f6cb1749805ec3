import {
  createAdmin,
  createCallLog,
  createKeys,
  memoryCallStore,
  type CallEntry,
  type CallStore,
  type Keys,
} from '@majordomo/admin';
import { user } from '@majordomo/core';
import { memoryRecords } from '@majordomo/records';
import { startInspector, type ServedInspector } from './world.ts';

/** Inspector with keys and a call log. */
export interface InspectorWithCallLog extends ServedInspector {
  readonly keys: Keys;
  readonly store: CallStore;
  /** Sends a request with the key, and waits until its call is logged. */
  send(text: string, tenant?: string): Promise<void>;
}

/** Long name without spaces, which a view must be able to fit. */
export const LONG_TENANT = 'research-and-development-eu';

export async function startInspectorWithCallLog(): Promise<InspectorWithCallLog> {
  const keys = createKeys({ records: memoryRecords() });
  const store = memoryCallStore();
  const calls = createCallLog({ store, content: true });
  const limits = [
    { max: { usd: '100' }, per: 'month' as const },
    { max: { calls: 60 }, per: 'minute' as const },
  ];
  const { key } = await keys.create({ name: 'search backend', tenant: 'search', models: ['house'], limits });
  await keys.revoke((await keys.create({ name: 'old notebook' })).key.id);
  const admin = createAdmin({ keys, calls });
  const testInspector = await startInspector({ admin, models: { house: 'house' }, content: true });
  return {
    ...testInspector,
    keys,
    store,
    async send(text, tenant) {
      const request = { messages: [user(text)], maxTokens: 100 };
      const stream = testInspector.majordomo.model('house').stream(request, {
        tenant,
        metadata: { key: key.id },
        afterCommit: 'restart',
        onEvent: (event) => {
          testInspector.inspector.onEvent(event, request);
          calls.onEvent(event, request);
        },
      });
      const consumeStream = async (): Promise<void> => {
        for await (const _ of stream);
      };
      await consumeStream().catch(() => undefined);
      await calls.flush();
    },
  };
}

/** Entry of a call that no chain makes. `n`: number of the call; later calls have larger numbers. */
export function entryOf(n: number, change: Partial<CallEntry> = {}): CallEntry {
  return {
    id: `call-${String(n).padStart(5, '0')}`,
    requestId: `req-${n}`,
    clientRequestId: undefined,
    at: new Date(Date.now() - 3_600_000 + n * 1000).toISOString(),
    ms: 4 + n * 40,
    firstMs: 3,
    operation: 'chat',
    wire: 'openai-chat',
    isStreamed: false,
    model: 'house',
    spec: 'openai/gpt-5.4',
    target: 'openai/gpt-5.4',
    tenant: n % 3 === 0 ? 'beta' : 'alpha',
    key: 'key_0123456789abcdef01234567',
    outcome: 'finished',
    status: 200,
    error: undefined,
    attempts: [
      {
        target: 'openai/gpt-5.4',
        outcome: 'finished',
        at: 0,
        ms: 4 + n * 40,
        firstMs: 3,
        kind: undefined,
        message: undefined,
        nanoUsd: undefined,
      },
    ],
    usage: { input: 100, output: 20, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined },
    nanoUsd: '1250000',
    finish: 'stop',
    warnings: [],
    metadata: {},
    ...change,
  };
}

/** Entry of a request that the gateway refused. */
export const refusedEntry = (n: number): CallEntry =>
  entryOf(n, {
    outcome: 'refused',
    status: 402,
    target: undefined,
    attempts: [],
    usage: undefined,
    nanoUsd: undefined,
    finish: undefined,
    firstMs: undefined,
    error: {
      kind: 'denied',
      code: 'budget-spent',
      message: 'the budget of this key is spent until December',
    },
  });
