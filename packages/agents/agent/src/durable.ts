// Functions for adapters of durable engines, which run agents on a journal.
export type { Journal } from './journal.ts';
export { journaled, type JournaledIo } from './journaled.ts';
export {
  initialStateFrom,
  resultFromJson,
  runJournaled,
  type RunJournal,
  type RunJournaledIo,
} from './run-journaled.ts';
export { errorFromJson, errorToJson } from './failure.ts';
export { findWaitingCall, type WaitingCall } from './waiting-calls.ts';

// Functions that publish the events of a run, and watch a run of another process.
export type { RunChannel } from './run-channel.ts';
export { watchRun, type WatchOptions } from './watch-run.ts';
export type { RunEvent } from './run-follower.ts';
