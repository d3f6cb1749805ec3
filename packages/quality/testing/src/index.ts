export { fakeClock, type FakeClock } from './clock/fake-clock.ts';
export { seededRandom } from '@majordomo/core/toolkit';
export { fakeProvider, type FakeCall, type FakeOptions, type FakeProvider } from './fake/fake-provider.ts';
export type { FakeOperationCall, FakeOperationOptions, FakeOperations } from './fake/operations.ts';
export type {
  ClassificationTurn,
  EmbeddingTurn,
  ModerationTurn,
  OperationFail,
  OperationHang,
  RerankTurn,
  SpeechTurn,
  TranscriptionTurn,
} from './script/operation-turn.ts';
export type { AnswerTurn, FailTurn, HangTurn, PlainTurn, Turn } from './script/turn.ts';
export type {
  OperationAnswer,
  OperationName,
  AudioTurn,
  DistributionsTurn,
  RankingTurn,
  TranscriptTurn,
  VectorsTurn,
  VerdictsTurn,
} from './script/operation-answer.ts';
export { collect, type Collected, type OnStep } from './collect.ts';
export { operationProblem, turnProblem } from './script/check.ts';

export { noNetwork, type BlockedConnection } from './network/no-network.ts';
export { refusedURL } from './network/refused.ts';

export {
  startFaultyServer,
  type FaultyServer,
  type ReceivedRequest,
  type ScriptedResponses,
} from './server/faulty-server.ts';
export type {
  AnswerResponse,
  BodyResponse,
  CutResponse,
  ErrorResponse,
  ScriptedResponse,
} from './server/response.ts';

export { authorizationServer } from './authorization/authorization-server.ts';
export type {
  AuthorizationClient,
  AuthorizationRequest,
  AuthorizationServer,
  AuthorizationServerOptions,
  IssuedToken,
  UserDecision,
} from './authorization/options.ts';

export { awsHandler, type AwsHandler } from './record/aws-handler.ts';
export { recordingFolder, type RecordingFolder } from './record/folder.ts';
export { record, type RecordingFetch, type RecordOptions } from './record/record.ts';
export {
  parseRecording,
  type RecordedBody,
  type RecordedChunk,
  type RecordedEnd,
  type RecordedError,
  type RecordedRequest,
  type RecordedResponse,
  type Recording,
} from './record/recording.ts';
export { replayRecordings, type ReplayingFetch, type ReplayOptions } from './record/replay-recordings.ts';
export { sealRecording } from './record/seal.ts';
