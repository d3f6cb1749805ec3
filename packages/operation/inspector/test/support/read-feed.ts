import type { FeedCall, FeedHealth, FeedHello } from '../../src/feed-types.ts';
import { ORIGIN, type TestInspector } from './world.ts';

/** State of a page: the newest state of each call, and counts of messages and heartbeats. */
export interface Reader {
  readonly calls: Map<string, FeedCall>;
  hello: FeedHello | undefined;
  health: readonly FeedHealth[];
  lastId: string | undefined;
  messages: number;
  beats: number;
}

export const newReader = (): Reader => ({
  calls: new Map(),
  hello: undefined,
  health: [],
  lastId: undefined,
  messages: 0,
  beats: 0,
});

/** Connection of a page. */
export interface FeedConnection {
  readonly response: Response;
  /** Advances the clock and reads one message. */
  read(ms?: number): Promise<void>;
  leave(): void;
  cancel(): Promise<void>;
}

/** Connects and continues after the last change of the reader. */
export async function connectPage(testInspector: TestInspector, reader: Reader): Promise<FeedConnection> {
  const abortController = new AbortController();
  const headers = reader.lastId === undefined ? {} : { 'last-event-id': reader.lastId };
  const request = new Request(`${ORIGIN}/inspector/events`, { headers, signal: abortController.signal });
  const response = await testInspector.inspector.fetch(request, { admin: true });
  const body = response.body!.getReader();
  return {
    response,
    async read(ms = 100) {
      const chunk = body.read();
      await testInspector.clock.advance(ms);
      const { value } = await chunk;
      if (value !== undefined) applyMessage(reader, new TextDecoder().decode(value));
    },
    leave: () => {
      abortController.abort();
    },
    cancel: () => body.cancel(),
  };
}

function applyMessage(reader: Reader, text: string): void {
  const fields = new Map(
    text
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const data: unknown = JSON.parse(fields.get('data') ?? 'null');
  reader.messages++;
  switch (fields.get('event')) {
    case 'hello':
      if (reader.hello?.boot !== (data as FeedHello).boot) reader.calls.clear();
      reader.hello = data as FeedHello;
      break;
    case 'health':
      reader.health = data as readonly FeedHealth[];
      break;
    case 'calls':
      reader.lastId = fields.get('id');
      for (const call of data as readonly FeedCall[]) reader.calls.set(call.id, call);
      break;
    default:
      reader.beats++;
  }
}
