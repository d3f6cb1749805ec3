import type { Answer } from './answer.ts';
import type { Fault, Point } from './fault.ts';
import type { AnsweredRequest, Frame, Framing, Reply, WireWriter } from './wire-writer.ts';

/** Response to send, with all of its bytes. */
export interface Plan {
  /** Delay of the headers in milliseconds; `Infinity` if no headers are sent. */
  readonly lateMs: number;
  /** Status and headers; `undefined` if neither is sent. */
  readonly head: { readonly status: number; readonly headers: Readonly<Record<string, string>> } | undefined;
  readonly frames: readonly Uint8Array[];
  /** Pause after a number of bytes, in milliseconds; `undefined` for no pause. */
  readonly stall: { readonly bytes: number; readonly ms: number } | undefined;
  readonly pace: { readonly bytes: number | 'event'; readonly everyMs: number } | undefined;
  readonly end: 'clean' | 'cut' | 'reset';
}

/** Body before a fault is applied. Each frame has a kind. */
export interface Body {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly frames: readonly Frame[];
  readonly isStream: boolean;
}

const encoder = new TextEncoder();

/** Returns the body of an answer to a chat. */
export const chatBody = (
  wire: WireWriter,
  answer: Answer | string,
  request: AnsweredRequest & { readonly streamed: boolean },
  framing?: Framing,
): Body =>
  request.streamed
    ? {
        status: 200,
        headers: wire.streamHeaders,
        frames: wire.stream(answer, request, framing),
        isStream: true,
      }
    : completeBody(wire.complete(answer, request));

const completeBody = ({ status, headers, body }: Reply): Body => ({
  status,
  headers,
  frames: [{ kind: 'content', bytes: encoder.encode(body) }],
  isStream: false,
});

/** Returns the plan that sends a complete body. */
export const undamagedPlan = ({ status, headers, frames }: Body): Plan => ({
  lateMs: 0,
  head: { status, headers },
  frames: frames.map(({ bytes }) => bytes),
  stall: undefined,
  pace: undefined,
  end: 'clean',
});

/** Returns the plan that sends a complete response. */
export const planOf = (reply: Reply): Plan => undamagedPlan(completeBody(reply));

const AFTER_TWO: Point = { content: 2 };
const BEFORE_CONTENT: Point = { content: 0 };

/** Returns the plan that sends a body with a fault. */
export function damagedPlan(body: Body, fault: Fault, wire: WireWriter, framing?: Framing): Plan {
  const all = undamagedPlan(body);
  switch (fault.fault) {
    case 'in-band': {
      if (!body.isStream) return planOf(wire.failure({ ...fault.failure, status: 200 }));
      const before = eventsBefore(body, fault.at ?? BEFORE_CONTENT);
      return { ...all, frames: [...before, wire.failureFrame(fault.failure, framing).bytes] };
    }
    case 'end':
      return { ...all, frames: bytesBefore(body, fault.at ?? AFTER_TWO) };
    case 'cut':
      return { ...all, frames: bytesBefore(body, fault.at ?? AFTER_TWO), end: 'cut' };
    case 'reset':
      if (fault.at === undefined) return { ...all, head: undefined, frames: [], end: 'reset' };
      return { ...all, frames: bytesBefore(body, fault.at), end: 'reset' };
    case 'late':
      return { ...all, lateMs: fault.ms ?? Infinity };
    case 'stall':
      return { ...all, stall: { bytes: offset(body, fault.at ?? AFTER_TWO), ms: fault.ms ?? Infinity } };
    case 'trickle':
      return { ...all, pace: { bytes: fault.bytes ?? 16, everyMs: fault.everyMs ?? 1 } };
    case 'slow':
      return { ...all, pace: { bytes: 'event', everyMs: fault.everyMs } };
    case 'bad-json':
      return { ...all, frames: brokenFrames(body, fault.at ?? AFTER_TWO, wire, framing) };
    case 'html':
      return planOf(gatewayPage(fault.status ?? 502));
    case 'empty':
      return { ...all, frames: [] };
    case 'content-type':
      return {
        ...all,
        head: { status: body.status, headers: { ...body.headers, 'content-type': fault.value } },
      };
    default:
      fault satisfies never;
      return all;
  }
}

/** Returns the number of bytes before a position in the body. */
function offset({ frames, isStream }: Body, point: Point): number {
  const total = lengthOf(frames);
  if ('bytes' in point) return Math.min(point.bytes, total);
  const n = 'events' in point ? point.events : point.content;
  if (!isStream) return n === 0 ? 0 : Math.floor(total / 2);
  return lengthOf(frames.slice(0, 'events' in point ? n : endOfContent(frames, n)));
}

/** Returns the index of the frame after `n` content frames. If the body has fewer, returns the index of its finish or last frame. */
function endOfContent(frames: readonly Frame[], n: number): number {
  let contents = 0;
  for (const [at, { kind }] of frames.entries()) {
    if (kind === 'finish') return at;
    if (kind !== 'content') continue;
    if (contents === n) return at;
    contents++;
  }
  return frames.length - 1;
}

const lengthOf = (frames: readonly Frame[]): number =>
  frames.reduce((sum, { bytes }) => sum + bytes.length, 0);

function bytesBefore(body: Body, point: Point): readonly Uint8Array[] {
  let left = offset(body, point);
  const frames: Uint8Array[] = [];
  for (const { bytes } of body.frames) {
    if (left <= 0) break;
    frames.push(bytes.subarray(0, left));
    left -= bytes.length;
  }
  return frames;
}

/** Returns the complete frames up to a position in the body. A position in a frame is moved to its end. */
const eventsBefore = (body: Body, point: Point): readonly Uint8Array[] =>
  body.frames.slice(0, bytesBefore(body, point).length).map(({ bytes }) => bytes);

/** Adds an invalid event to a stream, or removes the second half of a non-streaming body. */
function brokenFrames(
  body: Body,
  point: Point,
  wire: WireWriter,
  framing: Framing | undefined,
): readonly Uint8Array[] {
  if (!body.isStream) return bytesBefore(body, point);
  const before = eventsBefore(body, point);
  const rest = body.frames.slice(before.length).map(({ bytes }) => bytes);
  return [...before, wire.brokenFrame(framing).bytes, ...rest];
}

const gatewayPage = (status: number): Reply => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: `<html><head><title>${status} Bad Gateway</title></head><body><h1>${status} Bad Gateway</h1></body></html>`,
});
