// Converts a script and a request to the bytes of an HTTP response. Each response is computed once.
import { Buffer } from 'node:buffer';
import {
  anthropicMessages,
  bedrockConverse,
  geminiGenerate,
  ollamaChat,
  openaiChat,
  openaiResponses,
} from '@majordomo/conformance';
import { answerTo } from './scripts.mjs';

const WIRES = [openaiChat, openaiResponses, anthropicMessages, geminiGenerate, bedrockConverse, ollamaChat];

/** Interval of events of a fast and of a slow model, in milliseconds. Each event arrives in a separate read. */
const PACES_MS = { timed: 5, slow: 100 };
const END = Buffer.from('0\r\n\r\n');

/**
 * @typedef {object} Reply
 * @property {readonly Buffer[]} writes a complete response in one write, or one event per write
 * @property {number} [everyMs] time between two writes. If missing, the server does not wait
 */

/** Returns a function from a path and a request body to a reply. */
export function replies() {
  const known = new Map();
  const turns = new Map();

  /** @returns {Reply} */
  return function replyTo(path, body) {
    const place = placeOf(path);
    const turn = turnOf(place);
    // The bytes are searched instead of parsed, because the server must be fast. The Gemini API has the delivery in the path.
    const streamed = body.includes('"stream":true') ? 's' : body.includes('"stream":false') ? 'w' : '';
    const key = `${place.script.kind} ${place.script.count} ${turn} ${streamed} ${place.rest}`;
    const reply = known.get(key) ?? render(place, body, turn);
    known.set(key, reply);
    return reply;
  };

  /** The number after the dot distinguishes runs: `/turns-400.7/…`. */
  function turnOf({ script, run }) {
    if (script.kind !== 'turns') return 0;
    const turn = turns.get(run) ?? 0;
    if (turn < script.count) turns.set(run, turn + 1);
    else turns.delete(run);
    return turn;
  }
}

function placeOf(path) {
  const found = /^\/(\w+)-(\d+)(?:\.([^/]+))?(\/.*)$/.exec(path);
  if (found === null) throw new Error(`no script in ${path}`);
  const [, kind, count, run, rest] = found;
  return { script: { kind, count: Number(count) }, run, rest };
}

function render({ script, rest }, body, turn) {
  const wire = WIRES.find((each) => each.accepts('POST', rest));
  if (wire === undefined) throw new Error(`no wire has the path ${rest}`);
  const request = wire.read(rest, JSON.parse(body.toString('utf8')));
  const answer = answerTo(script, turn);
  if (!request.streamed) return { writes: [whole(wire.complete(answer, request))] };
  const head = headOf(200, { ...wire.streamHeaders, 'transfer-encoding': 'chunked' });
  const events = wire.stream(answer, request).map(({ bytes }) => chunk(bytes));
  // A `held` stream stays open after its first events. At most four events end a stream.
  if (script.kind === 'held') return { writes: [Buffer.concat([head, ...events.slice(0, -4)])] };
  const writes = [head, ...events, END];
  const everyMs = PACES_MS[script.kind];
  if (everyMs !== undefined) return { writes, everyMs };
  return { writes: script.kind === 'paced' ? writes : [Buffer.concat(writes)] };
}

function whole({ status, headers, body }) {
  const bytes = Buffer.from(body);
  return Buffer.concat([headOf(status, { ...headers, 'content-length': bytes.length }), bytes]);
}

function headOf(status, headers) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`HTTP/1.1 ${status} Answer\r\n${lines.join('')}\r\n`);
}

/** Each event is a separate chunk, so that the body has as many chunks as events. */
const chunk = (bytes) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
