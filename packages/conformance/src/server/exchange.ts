import type { IncomingMessage } from 'node:http';
import { readForm } from '../wires/operations/form.ts';
import type { OperationRequest, Violation, WireRequest } from '../wires/wire.ts';

/** One request and what became of it. Times are `performance.now()` of this process. */
export interface Exchange {
  /** When the request was read. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** Credentials are masked. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed where it is JSON, the fields of a form with their files, else the text. */
  readonly body: unknown;
  /** What it says, whatever the wire. */
  readonly request: WireRequest;
  /** The same where it may be no chat: a request for vectors, a transcript or speech. */
  readonly operation: OperationRequest | undefined;
  readonly model: string;
  readonly violations: readonly Violation[];
  /** `left`: the client closed first; `broken`: the server did, as a fault asked. */
  readonly outcome: 'open' | 'served' | 'left' | 'broken';
  /** When the client closed before the response was over. */
  readonly closedByClient: number | undefined;
  /** Bytes of the response's body that were handed to the socket. */
  readonly sent: number;
  /** Resolves when nothing more happens. */
  readonly ended: Promise<void>;
}

/** The server's own, mutable view. */
export type OpenExchange = { -readonly [Key in keyof Exchange]: Exchange[Key] };

const SECRET = /authorization|api-key|cookie|token|secret/i;

/** The headers with every credential masked. */
export function maskedHeaders(headers: IncomingMessage['headers']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, SECRET.test(name) ? '***' : String(value)]),
  );
}

/** The body of a request, whole. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
  const bytes = Buffer.concat(chunks);
  const type = request.headers['content-type'] ?? '';
  const text = bytes.toString('utf8');
  try {
    return type.startsWith('multipart/form-data') ? await readForm(bytes, type) : JSON.parse(text);
  } catch {
    return text;
  }
}
