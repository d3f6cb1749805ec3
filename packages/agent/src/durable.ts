// runs on the journal of a durable engine, for adapters
export { journaled, type Journal, type JournaledIo } from './journaled.ts';
export {
  begunFrom,
  resultFrom,
  runJournaled,
  type RunJournal,
  type RunJournaledIo,
} from './run-journaled.ts';
export { errorFrom, failureOf } from './failure.ts';
export { waitingFor, type Waiting } from './waiting.ts';

// watching a run that happens elsewhere
export type { RunChannel } from './run-channel.ts';
export { watchRun, type WatchOptions } from './watch-run.ts';
export type { RunEvent } from './follow.ts';
