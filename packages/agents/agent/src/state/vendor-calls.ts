// The build replaces this file with core's source file, because the steps also run where core cannot be loaded, such as in
// Temporal's isolate.
export {
  asToolCall,
  asToolResult,
  resultsOfTurn,
  vendorKindOf,
  type AnsweredCall,
} from '@majordomo/core/toolkit';
