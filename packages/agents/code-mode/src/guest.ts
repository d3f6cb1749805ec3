import { messageOf, truncateText, type JsonObject, type JsonValue } from '@majordomo/core';
import { asRecord, asText, isRecord, isTooDeep, MAX_DEPTH, tryParseJson } from '@majordomo/core/toolkit';
import type { Program, ProgramResult } from './sandbox.ts';

/** Maximum length of JSON that a program passes to a tool or returns, in characters. */
export const MAX_JSON_CHARS = 262_144;
/** Maximum length of a tool's result in JSON, in characters. */
export const MAX_RESULT_CHARS = 4_000_000;
/** Maximum length of console output, in characters. Longer output is truncated. */
export const MAX_OUTPUT_CHARS = 16_384;
/**
 * Number of turns of the microtask queue after which a program without running calls has ended. A chain of promises that the program did
 * not await needs a few turns to begin its next call.
 */
const QUIET_TURNS = 100;

/**
 * Functions around the code of a program, which run in the sandbox. They are conveniences for honest programs: the host checks
 * everything again, because code can replace them. They follow a `return`, so only declarations of functions work here.
 */
const DECLARATIONS = String.raw`
async function $run(names, call, start, lines, body) {
  const pending = new Set();
  let output = '';
  let ending;
  const print = (...values) => {
    if (output.length > ${MAX_OUTPUT_CHARS}) return;
    output += values.map((value) => (typeof value === 'string' ? value : $text(value))).join(' ') + '\n';
    if (output.length > ${MAX_OUTPUT_CHARS})
      output = output.slice(0, ${MAX_OUTPUT_CHARS}).replace(/[\ud800-\udbff]$/, '') + '\n[cut: further output is omitted]\n';
  };
  const console = { log: print, info: print, warn: print, error: print, debug: print };
  if (globalThis.console === undefined) globalThis.console = console;
  else Object.assign(globalThis.console, console);
  // An error that is created before the call has the line of the call.
  const callTool = async (name, args, failure) => {
    const reply = JSON.parse(await call(name, $json(args === undefined ? {} : args, 'arguments of ' + name)));
    if (reply.error === undefined) return reply.value;
    Object.defineProperty(failure, 'message', { value: reply.error, writable: true, configurable: true });
    throw failure;
  };
  const functions = new Map(names.map((name) => [name, (args) => {
    const result = callTool(name, args, new Error());
    pending.add(result);
    result.then(() => pending.delete(result), (error) => {
      pending.delete(result);
      if (ending !== undefined) print('[' + name + ' failed after the program had ended: ' + error.message + ']');
    });
    return result;
  }]));
  const tools = new Proxy({}, {
    get(_, name) {
      const found = functions.get(name);
      if (found === undefined && typeof name === 'string')
        throw new Error('there is no tool "' + name + '"; there are: ' + (names.join(', ') || 'none'));
      return found;
    },
    has: (_, name) => functions.has(name),
    ownKeys: () => [...names],
    getOwnPropertyDescriptor: (_, name) => functions.has(name)
      ? { value: functions.get(name), enumerable: true, configurable: true }
      : undefined,
  });
  try {
    const value = await body(tools, console);
    ending = { value: $json(value === undefined ? null : value, 'result') };
  } catch (error) {
    ending = $failure(error, $frames(start)[0], lines);
  }
  for (let turn = 0; turn < ${QUIET_TURNS}; turn++) {
    await null;
    if (pending.size === 0) continue;
    await Promise.allSettled([...pending]);
    turn = 0;
  }
  return JSON.stringify({ ...ending, output });
}
function $frames(error) {
  // Some engines write the message before the frames, and it may be long.
  return [...String(error.stack).slice(-4000).matchAll(/([^\s(/]+):(\d+):\d+/g)].map(([, file, line]) => ({ file, line: Number(line) }));
}
function $failure(error, start, lines) {
  try {
    if (!(error instanceof Error)) return { error: $text(error).slice(0, ${MAX_OUTPUT_CHARS}) };
    const isInCode = ({ file, line }) => file === start?.file && line >= start.line && line < start.line + lines;
    const frame = $frames(error).find(isInCode);
    const text = error.name + ': ' + error.message;
    return { error: text.slice(0, ${MAX_OUTPUT_CHARS}), line: frame && frame.line - start.line + 1 };
  } catch {
    return { error: 'the program threw a value that cannot become text' };
  }
}
function $text(value) {
  try {
    const isObject = typeof value === 'object' && value !== null && !(value instanceof Error);
    return (isObject ? JSON.stringify(value) : undefined) ?? String(value);
  } catch {
    return '[a value that cannot become text]';
  }
}
function $json(value, what) {
  const parents = new Set();
  const check = (value, path) => {
    const type = typeof value;
    if (type === 'bigint' || type === 'function' || type === 'symbol' || (type === 'number' && !Number.isFinite(value)))
      throw new TypeError(path + ': ' + (type === 'number' ? String(value) : 'a ' + type) + ' is not JSON');
    if (type !== 'object' || value === null) return;
    if (parents.size === ${MAX_DEPTH}) throw new RangeError(what + ': more than ${MAX_DEPTH} levels');
    if (parents.has(value)) throw new TypeError(path + ': the value contains itself');
    if (typeof value.toJSON === 'function') return check(value.toJSON(), path);
    const kind = Object.prototype.toString.call(value).slice(8, -1);
    if (kind !== 'Object' && kind !== 'Array')
      throw new TypeError(path + ': a value of type ' + kind + ' is not JSON' + (kind === 'Promise' ? '; await it' : ''));
    parents.add(value);
    for (const key of Object.keys(value)) check(value[key], path + (Array.isArray(value) ? '[' + key + ']' : '.' + key));
    parents.delete(value);
  };
  check(value, what);
  const json = JSON.stringify(value);
  if (json === undefined) throw new TypeError(what + ': toJSON returned a value that is not JSON');
  if (json.length > ${MAX_JSON_CHARS})
    throw new RangeError(what + ': ' + json.length + ' characters of JSON are more than ${MAX_JSON_CHARS}; return or pass less');
  return json;
}
`;

/**
 * Returns an expression whose value is a promise of the text for `parseEnding`. The code starts in the first line, whose position the
 * `Error` records, so that `$failure` can count the lines of the code. `call`: expression of the function that `answerCall` implements.
 */
export const guestExpression = (code: string, names: readonly string[], call: string): string =>
  `$run(${JSON.stringify(names)}, ${call}, new Error(), ${code.split('\n').length}, async (tools, console) => {${code}\n})`;

/** Returns the declarations of the functions that the expression calls. They follow it, so that the code starts in the first line. */
export const guestDeclarations = (): string => DECLARATIONS;

/** Runs the tool that a program calls. Returns JSON with the value, or with the error. */
export async function answerCall(name: unknown, json: unknown, { names, call }: Program): Promise<string> {
  try {
    if (typeof name !== 'string' || !names.includes(name))
      throw new Error(`there is no tool ${truncateText(String(name), 100)}`);
    const args = typeof json === 'string' && json.length <= MAX_JSON_CHARS ? tryParseJson(json) : undefined;
    if (!isRecord(args) || isTooDeep(args))
      throw new TypeError(`the arguments of ${name} must be an object of at most ${MAX_DEPTH} levels`);
    const reply = JSON.stringify({ value: await call(name, args as JsonObject) });
    if (reply.length > MAX_RESULT_CHARS)
      throw new RangeError(
        `the result of ${name} has ${reply.length} characters; at most ${MAX_RESULT_CHARS} are possible`,
      );
    return reply;
  } catch (error) {
    return JSON.stringify({ error: messageOf(error) });
  }
}

/** Ending of a program: its result, or its error with the line, if the line is known. */
export type Ending =
  | ProgramResult
  | { readonly error: string; readonly line: unknown; readonly output: string };

/** Returns the ending in the text of the expression. Throws for any other text. */
export function parseEnding(text: unknown): Ending {
  const ending = typeof text === 'string' ? tryParseJson(text) : undefined;
  const { value, error, line, output } = asRecord(ending);
  // The program can have replaced the function that limits the output. Truncated output is longer by its last line.
  const shown = asText(output)?.slice(0, 2 * MAX_OUTPUT_CHARS);
  if (typeof error === 'string') return { error, line, output: shown ?? '' };
  const parsed =
    typeof value === 'string' && value.length <= MAX_JSON_CHARS ? tryParseJson(value) : undefined;
  if (parsed === undefined || isTooDeep(parsed) || shown === undefined)
    throw new Error('the program changed the functions that run it');
  return { value: parsed as JsonValue, output: shown };
}

/** Returns the result of a program. Throws the error that it ended with, with its line and output. */
export function resultOf(ending: Ending): ProgramResult {
  if (!('error' in ending)) return ending;
  throw new Error(withOutput(withLine(ending.error, ending.line), ending.output));
}

/** Returns the message with a line of the code, if the line is known. */
export function withLine(message: string, line: unknown): string {
  const text = truncateText(message, MAX_OUTPUT_CHARS);
  return typeof line === 'number' ? `${text} (line ${line})` : text;
}

/**
 * Returns the first line of the file `file` in a stack or message of an engine. An error at the end of the source belongs to the last
 * line of the code.
 */
export function lineIn(text: string, file: string, code: string): number | undefined {
  const at = text.indexOf(`${file}:`);
  const line = at === -1 ? NaN : Number.parseInt(text.slice(at + file.length + 1), 10);
  return Number.isNaN(line) ? undefined : Math.min(line, code.split('\n').length);
}

const withOutput = (message: string, output: string): string =>
  output === '' ? message : `${message}\nOutput before the error:\n${truncateText(output, MAX_OUTPUT_CHARS)}`;
