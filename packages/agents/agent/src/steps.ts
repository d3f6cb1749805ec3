/**
 * Pure steps of a run, for custom drivers. Every step takes a state and returns the next state.
 * @module
 */
// Engines run the built files in isolates, so the files must not import a package.
export { begin } from './state/state.ts';
export { decide, type Action, type Rules } from './loop/decide.ts';
export {
  answered,
  approvalsChecked,
  claimed,
  decided,
  handedOff,
  interrupted,
  programWaits,
  steered,
  toolsRan,
} from './loop/advance.ts';
export {
  approvalName,
  modelCallName,
  claimName,
  decisionName,
  steerName,
  toolKey,
  toolName,
} from './state/names.ts';
export { answerText } from './loop/answer-text.ts';
export { isLooping, type LoopLimits } from './loop/limits.ts';
export type {
  Answer,
  Decision,
  Done,
  RunState,
  SuspendedCall,
  ToolOutcome,
  UnknownCall,
} from './state/state.ts';
export type { Budget, Spent } from './budget/budget.ts';
export {
  callsThatWait,
  pendingCallAt,
  suspendedCalls,
  unknownCalls,
  withPayload,
  type LocatedCall,
} from './state/call-paths.ts';
