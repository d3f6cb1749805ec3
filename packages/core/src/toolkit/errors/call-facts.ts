import type { Recovery } from '../../contract/llm-error.ts';
import type { ModelRequest } from '../../contract/request.ts';

/** What an error of one attempt is made with, besides the failure itself: known before anything has failed. */
export interface CallFacts {
  /** `provider/model`. */
  readonly target: string;
  /** What was asked for: recoveries depend on it. Absent where a provider lists its models. */
  readonly request?: ModelRequest | undefined;
  /** Values that no error may show; filled in as they become known. */
  secrets: readonly string[];
  /** How to ask for another credential after a 401. */
  credential?: (() => Recovery | undefined) | undefined;
}
