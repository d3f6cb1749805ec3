// Pure steps of a run, for custom drivers. Engines run the built files in isolates, so the files must not import a package.
export { begin } from './state.ts';
export { decide, type Action, type Rules } from './decide.ts';
export {
  answered,
  approvalsChecked,
  claimed,
  decided,
  handedOff,
  interrupted,
  steered,
  toolsRan,
} from './advance.ts';
export {
  approvalName,
  modelCallName,
  claimName,
  decisionName,
  steerName,
  toolKey,
  toolName,
} from './names.ts';
export { answerText } from './answer-text.ts';
export { isLooping, type LoopLimits } from './limits.ts';
export type { Answer, Decision, Done, RunState, ToolOutcome } from './state.ts';
export type { Budget, Spent } from './budget.ts';
export { callsThatWait, locateCall, suspendedCalls, type LocatedCall } from './call-paths.ts';
