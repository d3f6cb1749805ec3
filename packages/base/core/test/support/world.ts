import {
  createMajordomo,
  type CallEvent,
  type ChatRequest,
  type Majordomo,
  type MajordomoOptions,
  type Provider,
  user,
} from '../../src/index.ts';
import { scripted, type Script } from './scripted.ts';
import { manualClock, type ManualClock } from './manual-clock.ts';

/** Request whose content is of no interest. */
export const hi: Pick<ChatRequest, 'messages'> = { messages: [user('hi')] };

export interface World {
  readonly majordomo: Majordomo;
  readonly clock: ManualClock;
  readonly events: CallEvent[];
  /** Number of requests per `provider/model`. */
  readonly requestCounts: Map<string, number>;
  kinds(): string[];
}

/** Creates a majordomo over scripted providers, with a clock that only the test advances. */
export function world(
  scripts: { readonly [target: string]: readonly Script[] },
  options: Partial<MajordomoOptions> = {},
): World {
  const clock = manualClock();
  const events: CallEvent[] = [];
  const requestCounts = new Map<string, number>();
  const ids = new Set(Object.keys(scripts).map((target) => target.split('/')[0] ?? ''));
  const providers: Provider[] = [...ids].map((id) => scripted(id, scripts, requestCounts, clock));
  const majordomo = createMajordomo({
    providers,
    clock,
    random: () => 0,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { majordomo, clock, events, requestCounts, kinds: () => events.map(({ type }) => type) };
}
