/**
 * Server side of vendors' APIs, which `@majordomo/conformance` shares. A minor version can change it without a note.
 * @module
 */
export {
  type Answer,
  type AnswerPart,
  type AnswerReasoning,
  type AnswerRefusal,
  type AnswerText,
  type AnswerToolCall,
  type AnswerVendor,
  type Chunks,
  fullAnswer,
  type FullAnswer,
  type FullUsage,
  logprobsOf,
  pieces,
  takeTurns,
} from './vendor/answer.ts';
export { messagesWriter } from './vendor/anthropic-messages/writer.ts';
export { eventFrame } from './vendor/event-frame.ts';
export {
  type Failure,
  FAILURE_KINDS,
  type FailureForm,
  failureHeaders,
  type FailureName,
  formOf,
  type RetryAfter,
} from './vendor/failure.ts';
export type { Fault, Point } from './vendor/fault.ts';
export { type Frame, type Framing, type Reply, sseComment, sseFrame } from './vendor/frame.ts';
export { listen } from './vendor/listen.ts';
export { CHAT_FAILURES } from './vendor/openai-chat/failures.ts';
export { type ChatAnswerDialect, CREATED } from './vendor/openai-chat/stream.ts';
export { chatWriter } from './vendor/openai-chat/writer.ts';
export { type Body, chatBody, damagedPlan, type Plan, planOf, undamagedPlan } from './vendor/plan.ts';
export { send } from './vendor/send.ts';
export { CLAUDE_SCOPE, isSigned, sealText, signText, unsealText } from './vendor/signature.ts';
export type { Split } from './vendor/split.ts';
export type { AnsweredRequest, WireWriter } from './vendor/wire-writer.ts';
