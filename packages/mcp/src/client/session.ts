import type { Client, jsonSchemaValidator } from '@modelcontextprotocol/client';
import { answerServer, capabilitiesFor, type Answers } from '../server-requests/handlers.ts';
import type { McpEvent, McpOptions } from '../options.ts';
import { wayTo } from '../transport/open-transport.ts';
import type { Way } from '../transport/server-transport.ts';
import { loadClient } from '../sdk.ts';
import { isLostConnection, toLlmError } from './errors.ts';

/** One connection to a server, from its opening until it is lost or closed. */
export interface Session {
  readonly isOpen: boolean;
  /** Name and version, by its own word. */
  readonly server: string | undefined;
  /**
   * Work with it; rejects with an `LlmError`. After a loss nothing more is begun in it, and what is under way continues: of
   * the requests of an HTTP server one may be cut and the others not.
   */
  use<T>(who: string, signal: AbortSignal, work: (client: Client) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Who is told of what happens in a session. */
export interface SessionIo {
  readonly who: string;
  readonly answers: Answers;
  emit(event: McpEvent): void;
  /** The server says that it has other tools. */
  readonly listChanged: () => void;
  /** With what a program last said, or how it ended. */
  closed(session: Session, last: string | undefined): void;
}

/** The SDK's own limits are out of the way: `Patience` has ours. */
export const NO_LIMIT: { readonly timeout: number } = { timeout: 2 ** 31 - 1 };

/** The schema of a result is for programs: here a model reads it. A foreign pattern is never run. */
const UNCHECKED: jsonSchemaValidator = {
  getValidator: () => (data) => ({ valid: true, data: data as never, errorMessage: undefined }),
};

/** Connects. What was started for it is ended when that fails, with an `LlmError`. */
export async function openSession(
  { place, protocol, roots, sampling, onElicit }: McpOptions,
  io: SessionIo,
  signal: AbortSignal,
): Promise<Session> {
  const { Client: Made } = await loadClient();
  const onStderr = (detail: string): void => {
    io.emit({ type: 'stderr', detail });
  };
  const way = await wayTo(place, onStderr, io.who);
  const client = new Made(
    { name: 'majordomo', version: '1.0.0' },
    {
      capabilities: capabilitiesFor({ roots, sampling, onElicit }),
      jsonSchemaValidator: UNCHECKED,
      ...(protocol === 'auto' ? { versionNegotiation: { mode: 'auto' as const } } : {}),
      listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: io.listChanged } },
    },
  );
  answerServer(client, io.answers);
  const session = new OpenSession(client, way, io);
  client.onclose = () => {
    session.lost();
  };
  // The SDK tells of lines that are no messages, and of much that fails elsewhere as well.
  client.onerror = () => undefined;
  try {
    await client.connect(way.transport, { ...NO_LIMIT, signal });
    signal.throwIfAborted();
    return session;
  } catch (error) {
    await Promise.allSettled([session.close(), way.transport.close()]);
    throw toLlmError(error, { who: io.who, signal, last: way.last(), mask: way.mask });
  }
}

class OpenSession implements Session {
  isOpen = true;
  private readonly client: Client;
  private readonly way: Way;
  private readonly io: SessionIo;
  private users = 0;

  constructor(client: Client, way: Way, io: SessionIo) {
    this.client = client;
    this.way = way;
    this.io = io;
  }

  get server(): string | undefined {
    const server = this.client.getServerVersion();
    return server && `${server.name} ${server.version}`;
  }

  async use<T>(who: string, signal: AbortSignal, work: (client: Client) => Promise<T>): Promise<T> {
    this.users += 1;
    try {
      return await work(this.client);
    } catch (error) {
      const failure = toLlmError(error, { who, signal, last: this.way.last(), mask: this.way.mask });
      if (isLostConnection(failure)) this.lost();
      throw failure;
    } finally {
      this.users -= 1;
      if (!this.isOpen && this.users === 0) void this.close();
    }
  }

  lost(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.io.closed(this, this.way.last());
  }

  async close(): Promise<void> {
    this.lost();
    // A transport that is deaf, or was never connected, has nothing to say that anybody waits for.
    await this.way.leave().catch(() => undefined);
    await this.client.close().catch(() => undefined);
  }
}
