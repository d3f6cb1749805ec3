import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { readForm } from '../wires/operations/form.ts';
import type { OperationRequest, Violation, WireRequest } from '../wires/wire.ts';

/** Request to the server, and the outcome of the request. Times are values of `performance.now()` in this process. */
export interface Exchange {
  /** Time at which the request was read. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** Headers with masked credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** Body: parsed JSON, fields and files of a form, or text. */
  readonly body: unknown;
  /** Contents of the request in a format that is independent of the wire. */
  readonly request: WireRequest;
  /** Contents of a request for an operation other than chat; `undefined` for a chat. */
  readonly operation: OperationRequest | undefined;
  readonly model: string;
  readonly violations: readonly Violation[];
  /** Outcome; `open` before the end. `left`: the client disconnected first. `broken`: the server disconnected for a fault. */
  readonly outcome: 'open' | 'served' | 'left' | 'broken';
  /** Time at which the client closed the connection before the end of the response; `undefined` otherwise. */
  readonly closedByClient: number | undefined;
  /** Number of body bytes that were written to the socket. */
  readonly sent: number;
  /** Resolves when the exchange has ended. */
  readonly ended: Promise<void>;
}

/** Mutable exchange of the server. */
export type OpenExchange = { -readonly [Key in keyof Exchange]: Exchange[Key] };

const SECRET = /authorization|api-key|cookie|token|secret/i;

/** Returns the headers with masked credentials. */
export function maskedHeaders(headers: IncomingMessage['headers']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, SECRET.test(name) ? '***' : String(value)]),
  );
}

export async function readBody(request: IncomingMessage): Promise<unknown> {
  const bytes = await buffer(request);
  const type = request.headers['content-type'] ?? '';
  const text = bytes.toString('utf8');
  try {
    return type.startsWith('multipart/form-data') ? await readForm(bytes, type) : JSON.parse(text);
  } catch {
    return text;
  }
}
