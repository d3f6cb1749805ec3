import { LlmError } from '@majordomo/core';
import { isRecord, joinedBytes } from '@majordomo/core/provider';
import { crc32 } from './crc32.ts';
import { shallowJson } from './shallow-json.ts';
import type { WireEvent } from './stream.ts';
import { answerIn } from './structures.ts';

/** Of one frame, in bytes: more than AWS sends (payloads of 24 MiB, headers of 128 KiB), and less than hurts. */
const LONGEST_FRAME = 32 * 1024 * 1024;
const LENGTH_BYTES = 4;
/** Two lengths; their checksum comes behind them, that of the whole frame behind the payload. */
const PRELUDE = 8;
const CHECKSUM = 4;
const SHORTEST_FRAME = PRELUDE + 2 * CHECKSUM;

const READ: Readonly<Record<keyof WireEvent, true>> = {
  messageStart: true,
  contentBlockStart: true,
  contentBlockDelta: true,
  contentBlockStop: true,
  messageStop: true,
  metadata: true,
};

/**
 * Events out of the bytes of an application/vnd.amazon.eventstream, however these are cut: frames of two lengths, headers
 * and a JSON payload, with checksums. Events of unknown types are passed over. Throws what the service says inside a stream
 * under the name that the SDK's error for it has, and `protocol` for what is no frame.
 */
export class FrameDecoder {
  /** How many were told. */
  events = 0;
  private readonly onEvent: (event: WireEvent) => boolean;
  private readonly target: string;
  /** Bytes of a frame that has not come whole. */
  private pieces: Uint8Array[] = [];
  private bytes = 0;
  private needed = LENGTH_BYTES;
  /** Most frames have the headers of the one before. */
  private block: Uint8Array = new Uint8Array();
  private headers: Headers = {};

  private isOver = false;

  /** @param onEvent says `true` for the last event: nothing behind it is looked at */
  constructor(onEvent: (event: WireEvent) => boolean, target: string) {
    this.onEvent = onEvent;
    this.target = target;
  }

  push(chunk: Uint8Array): void {
    this.pieces.push(chunk);
    this.bytes += chunk.length;
    if (this.bytes < this.needed) return;
    const bytes = joinedBytes(this.pieces);
    let at = 0;
    this.needed = LENGTH_BYTES;
    while (!this.isOver && bytes.length - at >= this.needed) {
      const length = uint32(bytes, at);
      if (length < SHORTEST_FRAME || length > LONGEST_FRAME)
        throw this.broken('frame of an impossible length');
      if (bytes.length - at < length) this.needed = length;
      else {
        this.frame(bytes.subarray(at, at + length));
        at += length;
      }
    }
    this.pieces = at === bytes.length ? [] : [bytes.subarray(at)];
    this.bytes = bytes.length - at;
  }

  /** Throws `truncated` inside a frame. */
  end(): void {
    if (this.bytes === 0 || this.isOver) return;
    const { target } = this;
    throw new LlmError('truncated', `${target} was cut off inside a frame`, { target });
  }

  private frame(frame: Uint8Array): void {
    const end = frame.length - CHECKSUM;
    const isSound =
      crc32(frame, PRELUDE) === uint32(frame, PRELUDE) && crc32(frame, end) === uint32(frame, end);
    if (!isSound) throw this.broken('frame with a wrong checksum');
    const from = PRELUDE + CHECKSUM;
    const payload = from + uint32(frame, LENGTH_BYTES);
    if (payload > end) throw this.broken('frame with broken headers');
    const headers = this.headersIn(frame.subarray(from, payload));
    const text = UTF8.decode(shallowJson(frame.subarray(payload, end)));
    switch (headers[':message-type']) {
      case 'event':
        this.event(headers[':event-type'] ?? '', text);
        return;
      case 'exception':
        throw exception(headers[':exception-type'] ?? '', text);
      case 'error':
        throw named(headers[':error-code'] ?? '', headers[':error-message'] ?? 'UnknownError');
      default:
        throw this.broken('frame of an unknown kind');
    }
  }

  private event(type: string, text: string): void {
    if (!Object.hasOwn(READ, type)) return;
    this.events++;
    this.isOver = this.onEvent({ [type]: text === '' ? {} : answerIn(text, this.target) });
  }

  private headersIn(block: Uint8Array): Headers {
    if (!isSame(block, this.block)) {
      const headers = headersOf(block);
      if (headers === undefined) throw this.broken('frame with broken headers');
      this.block = block;
      this.headers = headers;
    }
    return this.headers;
  }

  private broken(what: string): LlmError {
    const { target } = this;
    return new LlmError('protocol', `${target} sent a ${what}`, { target, path: '' });
  }
}

const UTF8 = new TextDecoder();

const uint32 = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] ?? 0) << 24) |
    ((bytes[at + 1] ?? 0) << 16) |
    ((bytes[at + 2] ?? 0) << 8) |
    (bytes[at + 3] ?? 0)) >>>
  0;

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** Those that are texts, by name. */
type Headers = Readonly<Record<string, string | undefined>>;

/** Bytes of a value by its type; texts and byte arrays say it before them. AWS event stream encoding, 2026-11. */
const SIZES: readonly number[] = [0, 0, 1, 2, 4, 8, -1, -1, 8, 16];
const TEXT = 7;

/** A name with its length, a type, a value; `undefined` where that leads out of the block. */
function headersOf(block: Uint8Array): Headers | undefined {
  const headers: Record<string, string> = {};
  for (let at = 0; at < block.length;) {
    const name = at + 1;
    const type = name + (block[at] ?? 0);
    const size = SIZES[block[type] ?? -1];
    if (size === undefined) return undefined;
    const isSized = size < 0;
    const value = type + (isSized ? 3 : 1);
    const end = value + (isSized ? (block[type + 1] ?? 0) * 256 + (block[type + 2] ?? 0) : size);
    if (end > block.length) return undefined;
    if (block[type] === TEXT)
      headers[UTF8.decode(block.subarray(name, type))] = UTF8.decode(block.subarray(value, end));
    at = end;
  }
  return headers;
}

function exception(type: string, text: string): Error {
  const said = messageIn(text);
  return named(type, said ?? text);
}

function messageIn(text: string): string | undefined {
  try {
    const json: unknown = JSON.parse(text);
    const message = isRecord(json) ? (json['message'] ?? json['Message']) : undefined;
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

/**
 * `throttlingException` is a `ThrottlingException`, as it is where it is an answer. With the mark that every exception of the
 * SDK has: the service said it.
 */
const named = (type: string, message: string): Error =>
  Object.assign(new Error(message), { name: type.charAt(0).toUpperCase() + type.slice(1), $fault: 'server' });
