// Repeats other test files on journals that restart a run after every entry.
import { beforeAll, beforeEach, describe } from 'vitest';
import { runOnJournals } from './support/on-journal.ts';

const FILES = [
  'abort',
  'agent-tool',
  'answer',
  'approval',
  'around',
  'hooks',
  'numbers',
  'objects',
  'resume',
  'run',
  'run-error',
  'tool',
  'tool-calls',
];

/** Tests that do not apply to journals, by a part of the test's name, with the reason. */
const DIFFERS: Readonly<Record<string, string>> = {
  'rejects decided arguments that do not match the schema': 'decisions are checked by `run`',
  'rejects the ambiguous decision': 'decisions are checked by `run`',
  'rejects the decisions': 'decisions are checked by `run`',
  'rejects a decision on a call that does not wait': 'decisions are checked by `run`',
  'rejects a decision if its id also is the path': 'decisions are checked by `run`',
  'rejects an approval, because it does not run again': 'decisions are checked by `run`',
  'wraps the run and each tool': '`around` does not wrap a run that an engine drives',
  'are called before a step': '`onEnd` is not called for a run that an engine drives',
  'contain the run id and the duration of each tool': '`onEnd` is not called for a run that an engine drives',
  'of the last step and of the end add a warning': '`onEnd` is not called for a run that an engine drives',
  'of `onEnd` describe a run that ends with': '`onEnd` is not called for a run that an engine drives',
  'ends the run if it fails': 'the engine receives errors that are not LlmErrors unchanged',
  'is config if a function of the application failed':
    'the engine receives errors that are not LlmErrors unchanged',
  'adds no message':
    'a warning of steering is recorded with the answer, and lost if the process restarts before it',
  'receives the step, the request, and the target that answered before':
    'only the process of an answer knows its target',
  'appends a tool that a later step adds': 'only the process of a step knows the order of its tools',
  'is called once more for a shorter request after an overflow': 'a journal stores no attempts',
};

beforeEach(({ task, skip }) => {
  const [, reason] = Object.entries(DIFFERS).find(([part]) => task.name.includes(part)) ?? [];
  if (reason !== undefined) skip(reason);
});

beforeAll(() => runOnJournals());

describe('on a journal', async () => {
  // The query makes Node load the file again, so that it defines its tests a second time.
  for (const name of FILES) await import(`./${name}.test.ts?on-journals`);
});
