export {
  answers,
  bomb,
  inTurn,
  JSON_TYPE,
  redirects,
  SSE_TYPE,
  stalls,
  streams,
  type Reply,
} from './answers.ts';
export { deferred, readAll } from './async.ts';
export { CHAT_ANSWER, testChatVendor } from './chat-vendor.ts';
export { contextOf, failureOf, requestOf, usageOf } from './calls.ts';
export { CutStore, STORE_CUTS, type StoreCut } from './cut-store.ts';
export { Crash, FakeProcess } from './fake-process.ts';
export { fuzz, type FuzzOptions, type FuzzReport, type FuzzTarget } from './fuzz.ts';
export { checkError, checkFacts, reasoningOf, sha256, type Read } from './facts.ts';
export { suiteFolder, testFolder } from './folders.ts';
export { growthOf } from './growth.ts';
export { testHostileServer } from './hostile-server.ts';
export { hourlyClaim } from './hourly-claim.ts';
export { listen } from './listen.ts';
export { mutated, seeded } from './mutations.ts';
export { PNG, png } from './pictures.ts';
export { CUTS, playback, playedInTurn, plays, type Cut, type Playback } from './playback.ts';
export {
  deliveryOf,
  hasRecordings,
  recordings,
  sequences,
  skippedNote,
  type Expected,
  type Recording,
  type Sequence,
} from './recordings.ts';
export { testProviderTransport } from './provider-transport.ts';
export { testRecordings } from './recording-tests.ts';
export { folderOf, inShared, ROOT } from './repository.ts';
export { testServer, type Answer, type Seen, type TestServer } from './server.ts';
