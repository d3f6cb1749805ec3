/**
 * Functions for adapters of durable engines, which run agents on a journal, and for observers of a run in another process.
 * @module
 */
// Functions for adapters of durable engines, which run agents on a journal.
export type { Journal } from './journal/journal.ts';
export { journaled, type JournaledIo } from './journal/journaled.ts';
export {
  checkAdapter,
  initialStateFrom,
  resultFromJson,
  runJournaled,
  RUN_JOURNALED_KINDS,
  type RunJournal,
  type RunJournaledIo,
} from './journal/run-journaled.ts';
export { errorFromJson, errorToJson } from './state/failure.ts';
export { findWaitingCall, type WaitingCall } from './state/waiting-calls.ts';

// Functions that publish the events of a run, and watch a run of another process.
export type { RunChannel } from './channel/run-channel.ts';
export { watchRun, type WatchOptions } from './channel/watch-run.ts';
export type { RunEvent } from './channel/run-follower.ts';
