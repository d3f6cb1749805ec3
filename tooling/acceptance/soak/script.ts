import type { Answer, AnswerPart, Exchange, Step } from '@majordomo/conformance';
import { seededRandom } from '@majordomo/testing';
import { SIDES, type Side } from '../src/wires.ts';

/** Chain of three targets that use the SDKs of OpenAI, Anthropic and Google. */
export const CHAIN: readonly Side[] = SIDES.slice(0, 3);

/** Content of a call. Client and server derive it from the number of the call. */
export interface ScriptedAnswer {
  readonly text: string;
  /** Arguments of the tool call, if there is one. */
  readonly args: { readonly note: string } | undefined;
}

const SEED = 20_261_120;
const FAULT_RATE = 0.05;
const WORDS = ['one ', 'zwei ', 'três ', 'четыре ', '五 ', '🌍 ', 'sept ', 'ocho\n'];

/** Returns the content of a call: 16 to 31 fragments, and a tool call for every fourth call. */
export function scriptedAnswer(call: number): ScriptedAnswer {
  const random = seededRandom(SEED + call);
  const length = 16 + Math.floor(random() * 16);
  const words = Array.from({ length }, () => WORDS[Math.floor(random() * WORDS.length)]);
  return { text: `${call}: ${words.join('')}`, args: call % 4 === 0 ? { note: `${call} ü "x"` } : undefined };
}

/** Returns the prompt, which contains the number of the call. */
export const promptOf = (call: number): string => `call ${call}.`;
const callIn = (exchange: Exchange): number =>
  Number(/call (\d+)\./.exec(JSON.stringify(exchange.body))?.[1]);

/** Faults of a vendor: before the headers, before content, in the middle, and a stall. */
const FAULTS: readonly ((answer: Answer) => Step)[] = [
  () => ({ failure: 'unavailable' }),
  () => ({ failure: 'overloaded' }),
  () => ({ failure: 'server' }),
  () => ({ failure: 'rate-limit', retryAfter: { ms: 30 } }),
  () => ({ fault: 'html' }),
  () => ({ fault: 'reset' }),
  () => ({ fault: 'empty' }),
  () => ({ fault: 'late' }),
  (answer) => ({ fault: 'in-band', failure: { failure: 'server' }, answer }),
  (answer) => ({ fault: 'in-band', failure: { failure: 'overloaded' }, at: { content: 5 }, answer }),
  (answer) => ({ fault: 'cut', at: { content: 4 }, answer }),
  (answer) => ({ fault: 'end', at: { content: 1 }, answer }),
  (answer) => ({ fault: 'reset', at: { content: 7 }, answer }),
  (answer) => ({ fault: 'bad-json', at: { content: 3 }, answer }),
  (answer) => ({ fault: 'stall', at: { content: 0 }, answer }),
  (answer) => ({ fault: 'stall', at: { content: 6 }, answer }),
];

/** Returns the step for a request: a fault in 5 % of the requests, determined by the call and the number of its attempts. */
export function soakScript(server: number): (exchange: Exchange) => Step {
  const visits = new Map<number, number>();
  return (exchange) => {
    const call = callIn(exchange);
    const visitCount = (visits.get(call) ?? 0) + 1;
    visits.set(call, visitCount);
    const random = seededRandom(SEED + call * 31 + server * 7 + visitCount * 1009);
    const answer = answerIn(call);
    if (random() >= FAULT_RATE) return answer;
    return FAULTS[Math.floor(random() * FAULTS.length)]?.(answer) ?? answer;
  };
}

function answerIn(call: number): Answer {
  const { text, args } = scriptedAnswer(call);
  const parts: AnswerPart[] = [{ type: 'text', text, chunks: text.split(/(?<=[ \n])/) }];
  if (args !== undefined)
    parts.push({ type: 'tool-call', name: 'note', json: JSON.stringify(args), chunks: 8 });
  return { id: `r${call}`, parts };
}

/** Text of one delta, of about 1 KiB. */
export const FLOOD_PIECE = `${'0123456789abcdef'.repeat(63)}0123456789üé\n`;
/** Number of deltas of a response, which has more bytes than all buffers of a connection hold. */
export const FLOOD_PIECES = 14_000;

/** Created once for all requests. */
export const FLOOD: Answer = {
  parts: [{ type: 'text', text: '', chunks: Array.from({ length: FLOOD_PIECES }, () => FLOOD_PIECE) }],
};
