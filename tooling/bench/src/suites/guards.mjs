import { fileURLToPath } from 'node:url';
import { createMajordomo, user } from '@majordomo/core';
import { forbid, guarded } from '@majordomo/guards';
import { inRounds, resultOf } from '../measure/rounds.mjs';
import { grownBy } from './memory.mjs';

const MEMORY_PROCESS = fileURLToPath(new URL('guards-process.mjs', import.meta.url));
const CALLS = 1000;
const STREAMS = 10;
const DELTAS = 1000;
const MB = 1e6;
const TEXT = 'part of an answer ';
const PROSE = 'An ordinary sentence with some words, as users write them. ';
/** Numbers that look like card numbers, but have wrong check digits. */
const DIGITS = '4111 1111 1111 1112 ';

/**
 * Measures guarded calls, deltas and open streams next to plain ones, and the masking of long texts, with a provider that responds
 * immediately.
 */
export async function measureGuards({ plan }) {
  return {
    call: await inRounds(['plain', 'guarded'].map(callsOf), plan),
    delta: await inRounds(['plain', 'guarded'].map(deltasOf), plan),
    prose: await inRounds([masking('masked', PROSE, MB, 1000)], plan),
    memory: await inRounds(['plain', 'guarded'].map(openStreams), { ...plan, warmUp: 0 }, resultOf),
    digits: await inRounds([masking('few', DIGITS, MB / 10, MB / 10), masking('many', DIGITS, MB, MB)], plan),
  };
}

const openStreams = (subject) => ({ subject, run: () => grownBy(MEMORY_PROCESS, subject) });

/** Returns a model that streams the given number of deltas. `isHeld`: its streams do not end. */
function modelOf(deltas, isHeld = false) {
  const provider = {
    spi: 1,
    id: 'p',
    model: (id) => ({
      id,
      families: [],
      capabilities: {},
      async *stream(_request, { target }) {
        yield [
          { type: 'start', target, id: undefined },
          { type: 'part-start', index: 0, part: { type: 'text' } },
        ];
        for (let n = 0; n < deltas; n++) yield [{ type: 'text-delta', index: 0, text: TEXT }];
        if (isHeld) await new Promise(() => undefined);
        yield [
          { type: 'part-end', index: 0, part: { type: 'text', text: TEXT.repeat(deltas) } },
          { type: 'finish', target, reason: 'stop', raw: 'stop', usage: undefined },
        ];
      },
    }),
  };
  return createMajordomo({ providers: [provider] }).model('p/m');
}

const POLICIES = {
  mask: {},
  input: [forbid({ name: 'input', patterns: ['forbidden'] })],
  output: [forbid({ name: 'output', patterns: ['forbidden'] })],
};

export const subjectModel = (subject, ...about) =>
  subject === 'plain' ? modelOf(...about) : guarded(modelOf(...about), POLICIES);

function callsOf(subject) {
  const model = subjectModel(subject, 1);
  return {
    subject,
    per: CALLS,
    async run() {
      for (let n = 0; n < CALLS; n++) await model.generate({ messages: [user('a question')] });
    },
  };
}

function deltasOf(subject) {
  const model = subjectModel(subject, DELTAS);
  return {
    subject,
    per: STREAMS * DELTAS,
    async run() {
      let length = 0;
      for (let n = 0; n < STREAMS; n++)
        for await (const event of model.stream({ messages: [user('a question')] }))
          if (event.type === 'text-delta') length += event.text.length;
      if (length !== STREAMS * DELTAS * TEXT.length) throw new Error('the stream is incomplete');
    },
  };
}

/** Measures one guarded call with a long text. `per`: 1,000 for milliseconds, or the number of characters. */
function masking(subject, sentence, length, per) {
  const model = guarded(modelOf(1), { mask: {} });
  const text = sentence.repeat(Math.ceil(length / sentence.length)).slice(0, length);
  return {
    subject,
    per,
    async run() {
      await model.generate({ messages: [user(text)] });
    },
  };
}
