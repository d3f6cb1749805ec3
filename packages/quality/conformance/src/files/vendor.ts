import { asRecord, asText, concatBytes, isRecord } from '@majordomo/core/toolkit';
import type { Wire } from '../wires/wire.ts';
import type { FileRequest } from './contract.ts';
import type { FileStorage, NewContent } from './storage.ts';

/** JSON response of the server, or a stream of events. */
export interface FileReply {
  readonly status: number;
  readonly json?: object | undefined;
  readonly stream?: Uint8Array | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Received request with its content, for the API of one vendor. */
export interface Incoming extends FileRequest {
  readonly account: string;
  readonly query: URLSearchParams;
  /** Fields of a multipart form. Files have the type `NewContent` without a lifetime. */
  readonly form: Readonly<Record<string, string | Omit<NewContent, 'lifetimeMs'>>>;
  /** Content of a body that is neither JSON nor a form. */
  readonly content: Uint8Array;
  readonly origin: string;
}

/** File API of one vendor with its rules. Returns `undefined` for a request that it does not serve. */
export type VendorFiles = (request: Incoming, storage: FileStorage) => FileReply | undefined;

/** Returns the violation of the vendor's rules, or the answer of the model. */
export function answerOf(
  wire: Wire,
  { path, body }: Incoming,
  fail: (message: string) => FileReply,
): FileReply {
  const [violation] = wire.validate(body, { signatures: 'any' });
  if (violation !== undefined) return fail(`${violation.path}: ${violation.message}`);
  const read = wire.read(path, body);
  if (read.streamed) {
    const frames = wire.stream('done', read);
    const stream = concatBytes(frames.map(({ bytes }) => bytes));
    return { status: 200, stream, headers: wire.streamHeaders };
  }
  const { status, body: text } = wire.complete('done', read);
  return { status, json: JSON.parse(text) as object };
}

/** Returns the values of all members with this name, at any depth. */
export function valuesOf(value: unknown, name: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown) => valuesOf(item, name));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const text = key === name ? asText(member) : undefined;
    return text === undefined ? valuesOf(member, name) : [text];
  });
}

/** Returns the content of the field `file` of a form. */
export function fileOf({ form }: Incoming): Omit<NewContent, 'lifetimeMs'> | undefined {
  const file = form['file'];
  return typeof file === 'string' ? undefined : file;
}

/** Returns the last segment of the path. */
export const idOf = ({ path }: FileRequest): string => decodeURIComponent(path.split('/').at(-1) ?? '');

/** Returns a field of a form that is an integer in a range, or `undefined`. */
export function integerOf({ form }: Incoming, name: string, least: number, most: number): number | undefined {
  const value = Number(form[name]);
  return Number.isInteger(value) && value >= least && value <= most ? value : undefined;
}

/** Returns a member of a member of a value. */
export const memberOf = (value: unknown, name: string): Readonly<Record<string, unknown>> =>
  asRecord(asRecord(value)[name]);
