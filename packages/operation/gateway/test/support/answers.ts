import type { Step } from '@majordomo/conformance';

const THOUGHT = { type: 'reasoning' as const, text: 'I should look.' };
const OSLO = { type: 'tool-call' as const, id: 'call_a', name: 'weather', json: '{"city":"Oslo"}' };
const ROME = { type: 'tool-call' as const, id: 'call_b', name: 'weather', json: '{"city":"Rome"}' };

/** Answer of a vendor with reasoning and a call. */
export const CALL: Step = { parts: [THOUGHT, OSLO] };

/** Answer of a vendor with reasoning, text and two calls. */
export const TWO_CALLS: Step = {
  parts: [THOUGHT, { type: 'text', text: 'Let me see.' }, OSLO, ROME],
};

/** Answer of a vendor whose connection breaks after some text. */
export const CUT: Step = {
  fault: 'cut',
  answer: { parts: [{ type: 'text', text: 'one two three four', chunks: 3 }] },
  at: { content: 3 },
};
