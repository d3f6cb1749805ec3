// The scripts of the other tests once more, on journals that throw a run away after every entry.
import { beforeAll, beforeEach } from 'vitest';
import { runOnJournals } from './support/on-journal.ts';

const FILES = [
  ...['abort', 'agent-tool', 'answer', 'approval', 'around', 'hooks', 'numbers', 'objects'],
  ...['resume', 'run', 'run-error', 'tool', 'tool-calls'],
];

/** Expected differences on a journal, by a part of the test's name. */
const DIFFERS: Readonly<Record<string, string>> = {
  'does not take arguments that do not fit': 'decisions are checked by `run`',
  'is not decided by': 'decisions are checked by `run`',
  'that nobody waits for is a mistake': 'decisions are checked by `run`',
  'to approve it is a mistake': 'decisions are checked by `run`',
  'runs the run and each tool inside it': '`around` has no run to go around',
  'are told before a step': 'no end is told of a run that an engine drives',
  'names the run, and how long each tool took': 'no end is told of a run that an engine drives',
  'is the end of a run': 'no end is told of a run that an engine drives',
  'that fails ends the run: a step': 'what is no LlmError is for the engine, as it came',
  'is config when a function of the app failed': 'what is no LlmError is for the engine, as it came',
  'puts nothing in': 'a warning of steering is told with the answer, and gone with the process before it',
  'is told of the step, the request and what answered before': 'what answered is known to its process',
  'that adds a tool in mid-run': 'the order of tools is known to its process',
  'is asked for less when what was sent is too long': 'a journal keeps no attempts',
};

beforeEach(({ task, skip }) => {
  const [, why] = Object.entries(DIFFERS).find(([part]) => task.name.includes(part)) ?? [];
  if (why !== undefined) skip(why);
});

beforeAll(() => runOnJournals());

// The query makes Node load the file again, so that it defines its tests again.
for (const name of FILES) await import(`./${name}.test.ts?on-journals`);
