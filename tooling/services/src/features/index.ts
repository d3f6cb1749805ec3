import type { FeatureCase } from './feature-case.ts';
import { batchCases } from './batches.ts';
import { a2aCases } from './a2a.ts';
import { answerCases } from './answers.ts';
import { backgroundCases } from './background.ts';
import { catalogCases } from './catalogs.ts';
import { claimCases } from './claims.ts';
import { conversationCases, conversationSearchCases } from './conversations.ts';
import { fileReferenceCases } from './file-references.ts';
import { fileCases } from './files.ts';
import { keyCases } from './keys.ts';
import { mcpCases } from './mcp.ts';
import { responseCases } from './responses.ts';
import { runCases } from './runs.ts';

export type { FeatureCase, Pair } from './feature-case.ts';
export { laneAttempt, laneCases, leaveLane, requestLane } from './lanes.ts';

/** Cases of the features that store their data as records, for the tests of each engine. */
export const featureCases: readonly FeatureCase[] = [
  ...runCases,
  ...claimCases,
  ...conversationCases,
  ...batchCases,
  ...backgroundCases,
  ...responseCases,
  ...keyCases,
  ...answerCases,
  ...catalogCases,
  ...mcpCases,
  ...a2aCases,
  ...fileReferenceCases,
  ...fileCases,
];

/** Cases of the features that search texts, for the tests of each engine with a search. */
export const searchCases: readonly FeatureCase[] = conversationSearchCases;
