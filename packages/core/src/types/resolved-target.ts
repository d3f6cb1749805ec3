import type { Capabilities } from './target.ts';
import type { TargetHealth } from './health.ts';
import type { Billing } from './llm-error.ts';

/** Target of a resolved spec. */
export interface ResolvedTarget {
  /** `provider/model`. */
  readonly target: string;
  /** Vendor whose prices and conventions apply; see `Provider.vendor`. */
  readonly vendor: string | undefined;
  /** Payment of its calls; see `Provider.billing`. */
  readonly billing: Billing | undefined;
  /** Id of the model: the text after the first slash. */
  readonly model: string;
  readonly capabilities: Capabilities;
  /** Health of the target; `undefined` if it never had a failure or a bench. */
  readonly health: TargetHealth | undefined;
}
