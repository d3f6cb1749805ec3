import type { ToldCall, ToldHealth, ToldHello } from '../../src/feed-types.ts';
import { ORIGIN, type World } from './world.ts';

/** What a page knows after reading: as the page itself, it keeps the newest state of each call. */
export interface Reader {
  readonly calls: Map<string, ToldCall>;
  hello: ToldHello | undefined;
  health: readonly ToldHealth[];
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

/** A connection of a page. */
export interface Connected {
  readonly response: Response;
  /** Reads one message; time goes on until there is one. */
  read(ms?: number): Promise<void>;
  leave(): void;
  cancel(): Promise<void>;
}

/** Connects, and goes on where the reader was. */
export async function connected(world: World, reader: Reader): Promise<Connected> {
  const gone = new AbortController();
  const headers = reader.lastId === undefined ? {} : { 'last-event-id': reader.lastId };
  const request = new Request(`${ORIGIN}/inspector/events`, { headers, signal: gone.signal });
  const response = await world.inspector.fetch(request, { admin: true });
  const body = response.body!.getReader();
  return {
    response,
    async read(ms = 100) {
      const chunk = body.read();
      await world.clock.advance(ms);
      const { value } = await chunk;
      if (value !== undefined) take(reader, new TextDecoder().decode(value));
    },
    leave: () => {
      gone.abort();
    },
    cancel: () => body.cancel(),
  };
}

function take(reader: Reader, text: string): void {
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
      if (reader.hello?.boot !== (data as ToldHello).boot) reader.calls.clear();
      reader.hello = data as ToldHello;
      break;
    case 'health':
      reader.health = data as readonly ToldHealth[];
      break;
    case 'calls':
      reader.lastId = fields.get('id');
      for (const call of data as readonly ToldCall[]) reader.calls.set(call.id, call);
      break;
    default:
      reader.beats++;
  }
}
