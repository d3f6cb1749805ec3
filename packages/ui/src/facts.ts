import { LlmError, sumUsage, type ChatResponse, type Usage } from '@majordomo/core';
import type { Clock } from '@majordomo/core';
import type { UiFacts, UiOptions } from './types.ts';

const COST_MS = 1_000;
const SERVER_FAILED = 'The server failed.';

/** Collects the facts of a response. */
export class FactCollector {
  private readonly responses: ChatResponse[] = [];
  private readonly costs: Promise<bigint | undefined>[] = [];
  private readonly cost: UiOptions['cost'];
  private readonly clock: Clock;
  private readonly onError: (error: unknown) => void;

  constructor(cost: UiOptions['cost'], clock: Clock, onError: (error: unknown) => void) {
    this.cost = cost;
    this.clock = clock;
    this.onError = onError;
  }

  add(response: ChatResponse): void {
    this.responses.push(response);
    if (this.cost !== undefined) this.costs.push(this.costOf(response, this.cost));
  }

  async facts(error: LlmError | undefined): Promise<UiFacts> {
    const { responses } = this;
    const usage = responses.map((response) => response.usage).reduce(sumOfKnown, undefined);
    const attempts = responses.reduce((sum, response) => sum + response.attempts.length, 0);
    const nanoUsd = await this.sumOfCosts();
    return {
      targets: [...new Set(responses.map(({ target }) => target))],
      usage: usage && countsOf(usage),
      finish: responses.at(-1)?.finish,
      attempts: attempts + (error?.details.attempts.length ?? 0),
      ...(nanoUsd === undefined ? {} : { nanoUsd: String(nanoUsd) }),
      ...(error === undefined ? {} : { error: publicFacts(error) }),
    };
  }

  private async costOf(
    response: ChatResponse,
    cost: NonNullable<UiOptions['cost']>,
  ): Promise<bigint | undefined> {
    try {
      return (await cost(response)).nanoUsd;
    } catch (error) {
      this.onError(error);
      return undefined;
    }
  }

  /** Returns `undefined` if the cost of a step is not known in time: a partial sum would be too low. */
  private async sumOfCosts(): Promise<bigint | undefined> {
    if (this.costs.length === 0) return undefined;
    let cancel = (): void => undefined;
    const timeout = new Promise<undefined>((resolve) => {
      cancel = this.clock.timer(COST_MS, () => {
        resolve(undefined);
      });
    });
    const costs = await Promise.race([Promise.all(this.costs), timeout]);
    cancel();
    return costs?.reduce<bigint | undefined>(
      (sum, cost) => (sum === undefined || cost === undefined ? undefined : sum + cost),
      0n,
    );
  }
}

/** Returns the text of a failure for the page: the message of an `LlmError`, unless it wraps another error, or a general text. */
export function publicText(error: unknown): string {
  if (!LlmError.is(error)) return SERVER_FAILED;
  const isInternal = error.kind === 'config' && error.cause !== undefined && !LlmError.is(error.cause);
  return isInternal ? SERVER_FAILED : error.message;
}

function publicFacts({ kind, details: { retryAfterMs } }: LlmError): NonNullable<UiFacts['error']> {
  return { kind, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

const sumOfKnown = (sum: Usage | undefined, usage: Usage | undefined): Usage | undefined =>
  sum === undefined ? usage : sumUsage(sum, usage);

function countsOf({ input, output, cacheRead, cacheWrite, reasoning }: Usage): Omit<Usage, 'details'> {
  return { input, output, cacheRead, cacheWrite, reasoning };
}
