// Opens 1,000 plain or guarded streams of a provider in this process, and sends its parent the growth of the live objects while all of
// them were open, in bytes.
import { user } from '@majordomo/core';
import { heapUsed } from '../measure/heap.mjs';
import { subjectModel } from './guards.mjs';

const STREAMS = 1000;
const DELTAS = 20;
const [, , subject] = process.argv;

const before = heapUsed();
const model = subjectModel(subject, DELTAS, true);
const open = await Promise.all(Array.from({ length: STREAMS }, firstText));
const grown = heapUsed() - before;
// This reference keeps the streams alive until here.
if (open.length !== STREAMS) throw new Error('a stream is missing');
process.send(grown, () => process.exit(0));

/** Resolves when a new stream has delivered text. The stream remains open. */
async function firstText() {
  const events = model.stream({ messages: [user('a question')] })[Symbol.asyncIterator]();
  for (;;) {
    const { value, done } = await events.next();
    if (done) throw new Error('a stream ended');
    if (value.type === 'text-delta') return events;
  }
}
